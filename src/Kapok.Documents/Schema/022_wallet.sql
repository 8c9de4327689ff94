-- Presenting, annotated copies, uses, the holder's own files, reminders.
alter table documents.licence add column reminded smallint;

-- A code that shows one licence to one receiver for one purpose, for a minute.
create table documents.presentation (
  code text primary key,
  licence uuid not null,
  holder uuid not null,
  holder_name text not null,
  audience text not null check (audience in ('clerk', 'company')),
  purpose text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  opened_at timestamptz,
  opened_by uuid,
  opened_name text
);
create index on documents.presentation (expires_at);

-- 加注件: a derived file for one purpose.
create table documents.licence_copy (
  id uuid primary key,
  licence uuid not null,
  purpose text not null,
  maker text not null,
  made_for text not null,
  valid_to date not null,
  case_number text,
  file uuid not null,
  digest text not null,
  made_by uuid,
  made_at timestamptz not null
);
create index on documents.licence_copy (licence, made_at desc);

-- Who used a licence, for what, on what ground; the holder sees it.
create table documents.licence_use (
  id uuid primary key,
  chain uuid not null,
  licence uuid not null,
  how text not null check (how in ('present', 'case', 'share', 'verify', 'desk', 'copy')),
  who text not null,
  person uuid,
  organisation uuid,
  purpose text not null,
  ground text not null default '',
  case_number text,
  copy uuid,
  at timestamptz not null
);
create index on documents.licence_use (chain, at desc);

create table documents.own_file (
  id uuid primary key,
  party uuid not null,
  name text not null,
  note text not null default '',
  file uuid not null,
  size bigint not null,
  type text not null,
  digest text not null,
  added_at timestamptz not null,
  added_by uuid not null
);
create index on documents.own_file (party, added_at desc);

-- Look-ups by the public, counted by address.
create table documents.lookup (
  address text primary key,
  since timestamptz not null,
  count int not null
);
