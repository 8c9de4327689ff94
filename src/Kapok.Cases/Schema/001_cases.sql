create schema cases;

-- Forms, flows and document templates as installed, by content: a running case keeps the very bytes it started with.
create table cases.artifact (
  digest  text primary key,
  kind    text not null check (kind in ('form', 'flow', 'document')),
  content text not null
);
-- Which content a name means today: food-business-permit/new.
create table cases.artifact_name (
  kind   text not null,
  name   text not null,
  digest text not null references cases.artifact,
  primary key (kind, name)
);

-- With which versions of everything a case was begun; few rows, many cases.
create table cases.definition (
  id      int generated always as identity primary key,
  digest  text not null unique,
  content json not null                       -- item version, form, flow and document digests
);

-- Scenarios of packages: the promises an installed package must keep.
create table cases.scenario (
  package text not null,
  file    text not null,
  content text not null,
  primary key (package, file)
);

create table cases.calendar (
  id           text primary key,
  content      text not null,
  installed_at timestamptz not null default now(),
  seq          int generated always as identity
);

-- What an applicant has begun and not yet sent; opens on every device of the person.
create table cases.draft (
  id           uuid primary key,
  owner        uuid not null,
  party        uuid not null,                 -- for whom: the person or a company
  definition   int not null references cases.definition,
  eligibility  jsonb not null default '{}',
  answers      jsonb not null default '{}',
  version      int not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  expires_at   timestamptz not null
);
create index draft_owner on cases.draft (owner, updated_at desc);
create index draft_expires on cases.draft (expires_at);

-- Daily serial per implementing body and item: the tail of the case number.
create table cases.serial (
  implementation text not null,
  day            date not null,
  last           int not null,
  primary key (implementation, day)
);

create table cases."case" (
  id             uuid primary key,            -- the id of its draft, so that a retried submission finds itself
  number         text not null unique,
  query_code     text not null unique,
  definition     int not null references cases.definition,
  item_code      text not null,
  implementation text not null,
  item_name      text not null,
  organisation   uuid not null,
  division       text not null,               -- path of the body's division
  line           text not null,
  party          uuid not null,
  party_name     text not null,
  submitter      uuid not null,
  channel        smallint not null,           -- GB/T 39046 A.5
  state          text not null check (state in ('submitted', 'correcting', 'accepted', 'suspended', 'closed')),
  result         text,
  due_on         date,
  due_at         timestamptz,                 -- end of the promised time; null while no clock runs
  yellow_at      timestamptz,
  provisional    boolean not null default false,
  submitted_at   timestamptz not null,
  accepted_at    timestamptz,
  closed_at      timestamptz,
  version        int not null,                -- number of its last event: optimistic lock and chain head in one
  digest         bytea not null,
  flow           json,                        -- live part of the flow; null when it has ended
  variables      json not null,
  clock          json not null,               -- the entries from which the clock can be computed again
  correction     json                         -- what is open for correction, while it is
) with (fillfactor = 80);
create index case_party on cases."case" (party, submitted_at desc, id desc);
create index case_submitter on cases."case" (submitter, submitted_at desc, id desc);
create index case_open_due on cases."case" (organisation, due_at, id) where state <> 'closed';
create index case_organisation on cases."case" (organisation, submitted_at desc, id desc);
create index case_due on cases."case" (due_at, id) where state <> 'closed';
create index case_submitted on cases."case" (submitted_at desc, id desc);

-- What was filled in, apart from the row that changes at every step.
create table cases.content (
  case_id     uuid primary key,
  answers     jsonb not null,
  eligibility jsonb not null default '{}'
);

-- Work that waits for somebody. Finished work is in the event log.
create table cases.task (
  case_id      uuid not null,
  key          text not null,
  node         text not null,
  name         text not null,
  kind         text not null,
  post         text not null,
  organisation uuid not null,
  outcomes     json not null,
  opened_at    timestamptz not null,
  due_at       timestamptz,
  assignee     uuid,
  assignee_name text,
  assigned_at  timestamptz,
  primary key (case_id, key)
);
create index task_desk on cases.task (organisation, post, opened_at);
create index task_assignee on cases.task (assignee, opened_at) where assignee is not null;

create table cases.timer (
  case_id uuid not null,
  key     text not null,                      -- of the flow, or "clock:yellow", "clock:due", "notice"
  due_at  timestamptz not null,
  primary key (case_id, key)
);
create index timer_due on cases.timer (due_at);

create table cases.material (
  id          uuid primary key,
  owner       uuid not null,                  -- draft or case: they share the id
  material    text not null,                  -- id in the item
  name        text not null,
  file        uuid not null,
  size        bigint not null,
  type        text not null,
  digest      text not null,                  -- SHA-256
  added_at    timestamptz not null,
  added_by    uuid not null,
  removed_at  timestamptz                     -- replaced materials stay for the record
);
create index material_owner on cases.material (owner);

create table cases.document (
  id      uuid primary key,
  case_id uuid not null,
  kind    text not null,                      -- receipt, accept, correction, approve, refuse …
  title   text not null,
  number  text not null default '',
  html    text not null,
  digest  text not null,
  made_at timestamptz not null,
  made_by text not null
);
create index document_case on cases.document (case_id, made_at);

create table cases.document_serial (
  organisation uuid not null,
  template     text not null,
  year         int not null,
  last         int not null,
  primary key (organisation, template, year)
);

-- The inbox of a party over all its cases; also what officers write to it inside a case.
create table cases.message (
  id         uuid primary key,
  case_id    uuid not null,
  party      uuid not null,
  from_party boolean not null,
  sender     text not null,
  kind       text not null,                   -- accepted, correction, decided, message …
  title      text not null,
  body       text not null,
  needs_act  boolean not null default false,
  at         timestamptz not null,
  read_at    timestamptz,
  archived   boolean not null default false
);
create index message_party on cases.message (party, at desc, id desc);
create index message_case on cases.message (case_id, at);

-- Notes of officials, questions to other units: never shown to the applicant.
create table cases.note (
  id        uuid primary key,
  case_id   uuid not null,
  author    uuid not null,
  author_name text not null,
  text      text not null,
  at        timestamptz not null
);
create index note_case on cases.note (case_id, at);

create table cases.consultation (
  id           uuid primary key,
  case_id      uuid not null,
  asked_by     uuid not null,
  asked_by_name text not null,
  from_organisation uuid not null,
  organisation uuid not null,
  question     text not null,
  due_on       date,
  asked_at     timestamptz not null,
  answer       text,
  answered_by  uuid,
  answered_by_name text,
  answered_at  timestamptz
);
create index consultation_open on cases.consultation (organisation, asked_at) where answered_at is null;
create index consultation_case on cases.consultation (case_id);

create table cases.saved_view (
  id           uuid primary key,
  owner        uuid not null,
  organisation uuid,                          -- shared with the desk when set
  name         text not null,
  query        text not null,
  unique (owner, name)
);

create table cases.bulk_row (
  job     uuid not null,
  case_id uuid not null,
  outcome text,                               -- null until done
  primary key (job, case_id)
);
