-- What packages say about keeping: retention schedule (归档范围和保管期限), fonds numbers, the rule of archive numbers.
create table cases.archive_plan (
  package text primary key,
  content text not null
);

-- The archive record of a closed case. It stays when the package is destroyed.
create table cases.archive (
  id              uuid primary key,
  case_id         uuid not null unique,
  number          text not null unique,       -- 档号
  case_number     text not null,
  item_code       text not null,
  item_name       text not null,
  organisation    uuid not null,
  division        text not null,              -- path of the body's division
  line            text not null,
  result          text,
  fonds           text not null,              -- 全宗号
  year            int not null,
  retention       text not null check (retention in ('permanent', '30', '10')),
  retention_ground text not null,
  closed_on       date not null,
  keep_until      date,                       -- last day of the period; null when permanent
  state           text not null default 'waiting' check (state in ('waiting', 'kept', 'destroyed')),
  package         uuid,                       -- file
  package_digest  text,                       -- SHA-256
  package_size    bigint,
  manifest_digest text,
  head            bytea,                      -- chain head of the case as packed
  length          int,
  signer          text,
  archived_at     timestamptz,
  sound           boolean,                    -- last four-property check
  checked_at      timestamptz
);
create index archive_case_number on cases.archive (case_number);
create index archive_keep on cases.archive (keep_until, id) where state <> 'destroyed';
create index archive_organisation on cases.archive (organisation, keep_until, id);

create table cases.archive_serial (
  series text primary key,                    -- the archive number without its serial
  last   int not null
);

-- Results of four-property checks (真实性、完整性、可用性、安全性), kept for good.
create table cases.archive_check (
  id       uuid primary key,
  archive  uuid not null references cases.archive,
  occasion text not null check (occasion in ('archiving', 'on-demand', 'appraisal')),
  at       timestamptz not null,
  by_name  text not null,
  sound    boolean not null,
  checks   json not null
);
create index archive_check_of on cases.archive_check (archive, at desc);
