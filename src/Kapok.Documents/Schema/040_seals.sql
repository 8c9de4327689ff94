-- The seal ledger (印章台账): every seal from application to destruction, who may use it on what, and every use.
create table documents.seal (
  id uuid primary key,
  number text unique,                       -- esID, given when the seal is made: division (6 digits) and a running number (8)
  organisation uuid not null,
  kind text not null,                       -- name, purpose, person
  form text not null,                       -- round, round-with-purpose, oval, square
  name text not null,                       -- what the seal is called: 广州市天河区市场监督管理局行政审批专用章
  unit_name text not null,                  -- the text along the bow
  purpose text not null default '',         -- the text in the middle or below the star
  keeper text not null,                     -- who keeps it (印章保管人)
  state text not null check (state in ('applied', 'refused', 'active', 'suspended', 'lost', 'expired', 'destroyed')),
  asked text check (asked in ('resume', 'destroy')),   -- an act that waits for a second person
  asked_by uuid,
  valid_from timestamptz not null,
  valid_to timestamptz not null check (valid_to > valid_from),
  key uuid,                                 -- the signer's key in Kapok.Trust
  suite text,
  certificate bytea,                        -- the signer's certificate
  data bytea,                               -- SESeal, DER
  picture bytea,                            -- PNG
  applied_by uuid,
  applied_at timestamptz not null,
  approved_by uuid,
  state_since timestamptz not null,
  version int not null default 1,
  check (approved_by is distinct from applied_by or approved_by is null)
);
create index on documents.seal (organisation, state);
-- An organisation has one seal of its legal name at a time.
create unique index one_name_seal on documents.seal (organisation) where kind = 'name' and state in ('active', 'suspended');

create sequence documents.seal_serial;

-- Who may use a seal on which kind of document. '*' is every kind.
create table documents.seal_right (
  seal uuid not null references documents.seal,
  document_kind text not null,
  permission text not null,                 -- held over the seal's organisation, cases.decide for example
  primary key (seal, document_kind, permission)
);

-- When a seal was in which state, so that a verification can ask about the past.
create table documents.seal_state (
  seal uuid not null references documents.seal,
  state text not null,
  since timestamptz not null,
  primary key (seal, since, state)
);

create table documents.seal_use (
  id uuid primary key,
  seal uuid not null references documents.seal,
  at timestamptz not null,
  actor uuid,
  actor_name text not null,
  document_kind text not null,
  title text not null,
  reference text not null default '',       -- number of the case, the licence, the letter
  digest bytea not null,                    -- digest the signature covers
  signature bytea not null                  -- digest of the signature value, for finding the file
);
create index on documents.seal_use (seal, at desc);
create index on documents.seal_use (digest);

-- What was sealed stays recorded.
create function documents.keep_seal_use() returns trigger language plpgsql as $$ begin raise exception 'documents.seal_use is append-only'; end $$;
create trigger keep before update or delete or truncate on documents.seal_use for each statement execute function documents.keep_seal_use();
