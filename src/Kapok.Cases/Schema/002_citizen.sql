-- Which pages of the form the applicant has been to, and which page instance wrote last: its own automatic saving is no conflict.
alter table cases.draft add visited text not null default '', add writer text not null default '';

-- A correction in the making: kept aside until it is sent. Its uploaded files are cases.material rows with owner = id.
create table cases.correction_draft (
  id         uuid primary key,
  case_id    uuid not null unique,
  round      int not null,
  answers    jsonb not null,
  updated_at timestamptz not null
);

-- How often an address has looked up cases without signing in.
create table cases.lookup (
  address text primary key,
  since   timestamptz not null,
  count   int not null
);
