-- What the landing page of a desk counts, from indexes of the few open rows.
create index message_unread on cases.message (case_id) where from_party and read_at is null;
create index consultation_asked on cases.consultation (from_organisation) where answered_at is null;

-- What an official has found about a field or a material, kept at once and seen by colleagues; sent as one notice.
create table cases.verdict (
  case_id uuid not null,
  key     text not null,                      -- f:path of a field, m:id of a material
  round   int not null,                       -- corrections asked before: a notice that was sent closes its verdicts
  verdict text not null check (verdict in ('ok', 'wrong', 'missing')),
  reason  text not null default '',
  by      uuid not null,
  by_name text not null,
  at      timestamptz not null,
  primary key (case_id, key)
);

-- Who has a case open. Lost with the server, as it should be.
create unlogged table cases.presence (
  case_id uuid not null,
  person  uuid not null,
  name    text not null,
  seen_at timestamptz not null,
  primary key (case_id, person)
);

-- Files of officials: evidence of a special procedure, what goes with a question or an answer. Never the applicant's.
create table cases.attachment (
  id       uuid primary key,
  case_id  uuid not null,
  purpose  text not null check (purpose in ('evidence', 'question', 'answer')),
  subject  uuid,                              -- the question it belongs to
  name     text not null,
  file     uuid not null,
  size     bigint not null,
  type     text not null,
  digest   text not null,                     -- SHA-256
  added_at timestamptz not null,
  added_by uuid not null,
  added_by_name text not null
);
create index attachment_case on cases.attachment (case_id, added_at);

alter table cases.consultation
  add confidential boolean not null default false,  -- only the two units see its words
  add reminded_at timestamptz,
  add reminders int not null default 0;

-- Cases an official wants to hear about.
create table cases.follow (
  person  uuid not null,
  case_id uuid not null,
  since   timestamptz not null,
  primary key (person, case_id)
);
create index follow_case on cases.follow (case_id);

-- News for officials; with daily or weekly pace they show themselves together, at the hour of the digest.
create table cases.desk_notice (
  id      uuid primary key,
  person  uuid not null,
  case_id uuid not null,
  kind    text not null,
  title   text not null,
  body    text not null,
  at      timestamptz not null,
  show_at timestamptz not null,
  read_at timestamptz
);
create index desk_notice_person on cases.desk_notice (person, show_at desc, id desc);
create index desk_notice_unread on cases.desk_notice (person, show_at) where read_at is null;

create table cases.notice_pace (
  person uuid primary key,
  pace   text not null check (pace in ('instant', 'daily', 'weekly'))
);

-- Texts of an office for opinions, messages and corrections.
create table cases.template (
  id           uuid primary key,
  owner        uuid not null,
  organisation uuid,                          -- shared with the office when set
  purpose      text not null check (purpose in ('opinion', 'message', 'correction', 'note')),
  name         text not null,
  text         text not null,
  updated_at   timestamptz not null,
  version      int not null default 1
);
create index template_organisation on cases.template (organisation);
create index template_owner on cases.template (owner);

-- What desks find cases by: keyed digests of fragments, so that no number and no name can be read from the index.
create table cases.search (
  case_id uuid primary key,
  tokens  bigint[] not null
);
create index search_tokens on cases.search using gin (tokens);

-- Messages between flows on their way. One that nobody waits for yet is tried again when the case has moved.
create table cases.flow_message (
  id          uuid primary key,
  from_case   uuid not null,
  name        text not null,
  correlation text not null,                  -- number of the case that waits
  content     json not null,
  sent_at     timestamptz not null,
  tried       int                             -- version of the case that did not want it
);
create index flow_message_correlation on cases.flow_message (correlation);
