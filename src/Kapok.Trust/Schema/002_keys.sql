-- Keys: what they are and where they lie. A software key lies here wrapped under a master key that is not in the database.
create table trust.key (
  id           uuid primary key,
  suite        text not null,
  purpose      text not null,
  title        text not null,
  organisation uuid,
  holder       text not null,                  -- software, pkcs11
  reference    bytea,                          -- the wrapped key, or its identifier in the device; null once destroyed
  public_key   bytea not null,                 -- SubjectPublicKeyInfo
  certificate  bytea,
  state        text not null check (state in ('pending', 'active', 'suspended', 'retired', 'destroyed')),
  successor    uuid references trust.key,
  created_at   timestamptz not null,
  changed_at   timestamptz not null
);
create index key_purpose on trust.key (purpose, organisation);

-- Acts on keys that two people must want.
create table trust.key_request (
  id           uuid primary key,
  key          uuid not null references trust.key,
  act          text not null,
  ground       text not null,
  asked_by     uuid,
  asked_name   text not null,
  asked_at     timestamptz not null,
  decided_by   uuid,
  decided_name text,
  decided_at   timestamptz,
  approved     boolean
);
create unique index key_request_open on trust.key_request (key) where decided_at is null;

-- Certificates this node's own authority has issued.
create table trust.certificate (
  serial     text primary key,                 -- hexadecimal
  issuer     uuid not null references trust.key,
  key        uuid references trust.key,        -- null when the key lies elsewhere
  subject    text not null,
  der        bytea not null,
  not_before timestamptz not null,
  not_after  timestamptz not null,
  issued_at  timestamptz not null,
  revoked_at timestamptz,
  reason     text
);
create index certificate_revoked on trust.certificate (issuer, revoked_at) where revoked_at is not null;

create table trust.revocation_list (
  issuer      uuid primary key references trust.key,
  number      bigint not null,
  der         bytea not null,
  this_update timestamptz not null,
  next_update timestamptz not null
);
