-- Appraisal and disposal (鉴定、销毁): a list proposed by one person and decided by another. Lists and their lines stay for good.
create table cases.disposal (
  id            uuid primary key,
  number        text not null unique,
  verdict       text not null check (verdict in ('destroy', 'extend')),
  extend_to     text check (extend_to in ('permanent', '30')),   -- for extend: the new period
  ground        text not null,
  organisation  uuid,                          -- of the proposer
  proposed_by   uuid not null,
  proposed_by_name text not null,
  proposed_at   timestamptz not null,
  decided_by    uuid,
  decided_by_name text,
  decided_at    timestamptz,
  approved      boolean,
  decision_ground text not null default '',
  check (decided_by is null or decided_by <> proposed_by)
);
create index disposal_open on cases.disposal (proposed_at desc);

-- A line says what was destroyed when the thing itself is gone.
create table cases.disposal_line (
  disposal       uuid not null references cases.disposal,
  archive        uuid not null references cases.archive,
  number         text not null,
  case_number    text not null,
  item_name      text not null,
  retention      text not null,
  keep_until     date not null,
  package_digest text not null,
  package_size   bigint not null,
  manifest_digest text not null,
  primary key (disposal, archive)
);
create index disposal_line_archive on cases.disposal_line (archive);
