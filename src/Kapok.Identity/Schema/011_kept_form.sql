-- What somebody posted when his session had ended: kept for an hour, enciphered under a token that only his browser holds.
create table identity.kept_form (
  token_hash bytea primary key,                       -- SHA-256; the token itself is nowhere
  account    uuid not null references identity.account (id),
  content    bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index kept_form_account on identity.kept_form (account, created_at);
create index kept_form_expires on identity.kept_form (expires_at);
