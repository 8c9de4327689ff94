-- Events: what happened, never changed. One row is audit line, timeline entry and trigger.
create table kapok.event (
  id         bigint generated always as identity,
  xid        xid8 not null default pg_current_xact_id(),  -- followers read only transactions that have all ended
  stream     uuid not null,                               -- case, item, account …
  seq        int not null,                                -- 1, 2, 3 … within the stream
  type       text not null,
  at         timestamptz not null,
  actor      uuid,
  actor_name text not null,
  on_behalf  uuid,
  origin     text not null default '',
  ground     text not null default '',
  data       json not null,                               -- kept as written: its bytes are part of the digest
  digest     bytea not null,                              -- SHA-256 over the previous digest and this event
  primary key (stream, seq)
);
create index event_follow on kapok.event (xid, id);
create index event_actor on kapok.event (actor, at) where actor is not null;

create function kapok.no_change() returns trigger language plpgsql as $$
begin raise exception 'events are never changed or deleted'; end $$;
create trigger event_append_only before update or delete on kapok.event for each row execute function kapok.no_change();
create trigger event_no_truncate before truncate on kapok.event for each statement execute function kapok.no_change();

-- Head of each chain, for streams whose owner does not keep it in its own row.
create table kapok.stream (
  id     uuid primary key,
  seq    int not null,
  digest bytea not null
);

create table kapok.cursor (
  follower text primary key,
  xid      xid8 not null default '0',
  id       bigint not null default 0
);

create table kapok.job (
  id          uuid primary key,
  kind        text not null,
  key         text,                                       -- at most one unfinished job of a kind and key
  due         timestamptz not null,
  payload     jsonb not null,
  state       text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  attempts    int not null default 0,
  lease_until timestamptz,
  progress    jsonb,                                      -- what is done so far; a new attempt goes on from here
  last_error  text,
  owner       uuid,                                       -- who asked for it
  created_at  timestamptz not null default now(),
  finished_at timestamptz
);
create index job_due on kapok.job (due) where state in ('waiting', 'running');
create unique index job_key on kapok.job (kind, key) where key is not null and state in ('waiting', 'running');
create index job_owner on kapok.job (owner, created_at desc);

create table kapok.package (
  id           text primary key,
  version      text not null,
  title        text not null,
  digest       text not null,
  content      bytea not null,                            -- the package as ZIP, for export
  installed_at timestamptz not null default now()
);

create table kapok.idempotency (
  actor   uuid not null,
  key     text not null,
  request bytea not null,                                 -- digest of method, path and body
  status  int not null,
  body    text not null,
  at      timestamptz not null default now(),
  primary key (actor, key)
);

-- Who looked at whose data (D21): written by every page and endpoint that shows personal data.
create table kapok.data_read (
  id         bigint generated always as identity primary key,
  person     uuid not null,
  reader     uuid,
  reader_name text not null,
  what       text not null,
  purpose    text not null,
  at         timestamptz not null default now()
);
create index data_read_person on kapok.data_read (person, at desc);
create index data_read_reader on kapok.data_read (reader, at desc);
