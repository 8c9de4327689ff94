-- The directory of licence types (GB/T 36902) and the register of issued licences.
create table documents.licence_type (
  id uuid primary key,
  key text not null unique,
  code text not null unique check (length(code) = 21),
  name text not null,
  owner text not null,
  package text not null,
  version int not null,
  digest text not null,
  content json not null,
  state text not null check (state in ('registered', 'published', 'withdrawn')),
  registered_at timestamptz not null,
  published_at timestamptz
);

create table documents.licence_type_version (
  key text not null references documents.licence_type (key),
  version int not null,
  digest text not null,
  content json not null,
  at timestamptz not null,
  primary key (key, version)
);

create table documents.licence (
  id uuid primary key,
  chain uuid not null,
  version smallint not null check (version between 1 and 999),
  identifier text not null unique,
  type text not null references documents.licence_type (key),
  type_version int not null,
  type_code text not null,
  name text not null,
  number text not null,
  issuer uuid not null,
  issuer_code text not null,
  issuer_name text not null,
  division text not null,
  line text not null,
  holders json not null,
  holder_keys text[] not null,
  issued_on date not null,
  valid_from date not null,
  valid_to date,
  state text not null check (state in ('to-make', 'to-seal', 'valid', 'suspended', 'superseded', 'cancelled', 'annulled', 'revoked', 'expired')),
  state_reason text not null default '',
  fields json not null,
  notes json not null default '[]',
  grade text not null check (grade in ('A', 'B', 'C', 'D')),
  source text not null,
  case_id uuid,
  case_number text,
  previous uuid,
  next uuid,
  file uuid,
  file_digest text,
  sealed_at timestamptz,
  waits text not null default '',
  seq int not null,
  digest bytea not null,
  changed_at timestamptz not null,
  unique (chain, version)
);
create index on documents.licence using gin (holder_keys);
create index on documents.licence (number);
create index on documents.licence (case_id) where case_id is not null;
create index licence_waiting on documents.licence (changed_at) where state in ('to-make', 'to-seal');
create index licence_running on documents.licence (valid_to) where state in ('valid', 'suspended') and valid_to is not null;
create index on documents.licence (issuer, changed_at desc, id desc);
