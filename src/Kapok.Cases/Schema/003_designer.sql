-- A form or flow as something people work on. Its id is the stream of its events.
create table cases.design (
  id           uuid primary key default gen_random_uuid(),
  kind         text not null check (kind in ('form', 'flow')),
  name         text not null,                 -- package/name, as items say it
  organisation uuid,                          -- who drew it here; null when a package brought it
  division     text,
  line         text,
  revision     int not null default 0,        -- number of the last change of any working copy
  released     int not null default 0,        -- number of the release in force; 0 = none yet
  unique (kind, name)
);

-- What a name has meant, in order. Never changes.
create table cases.release (
  design        uuid not null references cases.design,
  number        int not null,
  digest        text not null references cases.artifact,
  cause         text not null check (cause in ('package', 'published', 'rolled-back')),
  renamed       jsonb not null default '{}',  -- fields that only changed their names: old path → new path
  note          text not null default '',
  author_name   text not null default '',
  released_name text not null default '',
  released_at   timestamptz not null,
  primary key (design, number)
);

-- The one working copy a definition may have.
create table cases.working_copy (
  design     uuid primary key references cases.design,
  base       int not null,                    -- release it was begun from
  cause      text not null default 'published',
  state      text not null check (state in ('editing', 'review')),
  authors    uuid[] not null,
  note       text not null default ''
);

-- Every state of the working copy, so that each act can be undone. The newest is the copy.
create table cases.working_step (
  design   uuid not null references cases.working_copy on delete cascade,
  revision int not null,
  content  text not null,
  renamed  jsonb not null default '{}',
  back     int,                               -- revision that undoing leads to
  act      text not null,
  by_name  text not null,
  at       timestamptz not null,
  primary key (design, revision)
);

-- Made-up people to try a form with; the nameless one is what an author is answering in his preview.
create table cases.sample (
  id         uuid primary key,
  design     uuid not null references cases.design,
  owner      uuid,                            -- only his; null = everybody's
  title      text not null,
  answers    jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null
);
create index sample_design on cases.sample (design);
create unique index sample_own on cases.sample (design, owner) where owner is not null;

-- Drafts that are brought to a new release by a job, each with its own report: labels of fields, never answers.
create table cases.draft_move (
  job     uuid not null,
  draft   uuid not null,
  outcome text,                               -- null until done: moved, current, gone
  report  jsonb,
  primary key (job, draft)
);

-- What changed in a draft when its form changed: told to the applicant until he has seen it.
alter table cases.draft add moved jsonb;

insert into cases.design (kind, name, released) select kind, name, 1 from cases.artifact_name where kind in ('form', 'flow');
insert into cases.release (design, number, digest, cause, released_name, released_at)
  select d.id, 1, n.digest, 'package', '应用包', now() from cases.design d join cases.artifact_name n using (kind, name);
