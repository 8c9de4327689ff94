-- Codes for a forgotten password. A row without an account stands for a name nobody has: it is asked and answered in the same way.
create table identity.password_reset (
  id         uuid primary key,
  account    uuid references identity.account (id),
  code       text not null,                   -- hash, as of a password
  created_at timestamptz not null,
  expires_at timestamptz not null,
  tries      int not null default 0,
  used_at    timestamptz
);
create index password_reset_account on identity.password_reset (account, created_at) where account is not null;
create index password_reset_created on identity.password_reset (created_at);
