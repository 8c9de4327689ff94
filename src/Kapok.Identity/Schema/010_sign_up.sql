-- Citizens who sign up by themselves: their phone is proven, name and number are only claimed until somebody has seen the card.
-- Several may claim one number; it belongs to the one who is verified.
alter table identity.person add column verified_at timestamptz default now();   -- null: claimed
alter table identity.person drop constraint person_certificate_type_certificate_number_key;
create unique index person_certificate on identity.person (certificate_type, certificate_number) where verified_at is not null;
create index person_claimed on identity.person (certificate_number) where verified_at is null;

-- Somebody who is signing up: what he says of himself, and the code on its way to his phone.
create table identity.sign_up (
  id                 uuid primary key,
  name               text not null,
  certificate_number text not null,
  phone              text not null,
  code               text not null,                   -- hash, as of a password
  created_at         timestamptz not null,
  expires_at         timestamptz not null,
  tries              int not null default 0,
  used_at            timestamptz
);
create index sign_up_created on identity.sign_up (created_at);
