create schema catalogue;

-- A list entry: an item of the basic list (parent is null) or an implementation of one.
create table catalogue.item (
  id                  uuid primary key,
  parent              uuid references catalogue.item,     -- the entry whose effective content is narrowed
  root                uuid not null,                      -- the item of the basic list at the top; itself for the item
  basic_code          text not null check (basic_code ~ '^[0-9]{12}$'),
  implementation_code text unique check (implementation_code ~ '^[0-9A-Z]{18}[0-9]{13}$'),
  organisation        uuid,                               -- who owns or implements it
  division            text not null,                      -- path of that organisation's division
  line                text not null,
  level               smallint not null,
  state               text not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
  name                text not null,                      -- as published, or as drafted before the first publication
  version             uuid,                               -- published version in force
  number              int not null default 0,             -- number of the last version
  conflicts           int not null default 0,             -- own values that clash with the level above
  withdrawn_at        timestamptz,
  package             text,                               -- the application package that brought it
  created_at          timestamptz not null,
  changed_at          timestamptz not null,
  event_seq           int not null default 0,             -- head of the chain of its events
  event_digest        bytea not null,
  check ((parent is null) = (implementation_code is null)),
  check (parent is not null or root = id)
);
create unique index item_basic on catalogue.item (basic_code) where parent is null;
create unique index item_body on catalogue.item (basic_code, organisation) where parent is not null;
create index item_parent on catalogue.item (parent) where parent is not null;
create index item_root on catalogue.item (root);
create index item_organisation on catalogue.item (organisation, basic_code);
create index item_division on catalogue.item (division text_pattern_ops, line, name);
create index item_code on catalogue.item (basic_code text_pattern_ops);
create index item_conflicts on catalogue.item (division text_pattern_ops) where conflicts > 0;

-- Inheritance never goes round: whoever hangs an entry below one of its own descendants is refused.
create function catalogue.no_cycle() returns trigger language plpgsql as $$
declare
  up uuid := new.parent;
  steps int := 0;
begin
  while up is not null loop
    if up = new.id then raise exception 'cyclic inheritance of item %', new.id using errcode = '23514', constraint = 'no_cycle'; end if;
    steps := steps + 1;
    if steps > 16 then raise exception 'inheritance of item % is too deep', new.id using errcode = '23514', constraint = 'no_cycle'; end if;
    select parent into up from catalogue.item where id = up;
  end loop;
  return new;
end $$;
create trigger item_no_cycle before insert or update of parent on catalogue.item for each row when (new.parent is not null) execute function catalogue.no_cycle();

-- Contents by digest: versions that say the same share one row.
create table catalogue.content (
  digest bytea primary key,                               -- SHA-256 of body
  body   text not null                                    -- ItemContent as JSON
);

create table catalogue.version (
  id             uuid primary key,
  item           uuid not null references catalogue.item,
  number         int not null,
  own            jsonb,                                   -- overrides of an implementation; null for the basic list
  content        bytea not null references catalogue.content,
  upper          uuid,                                    -- version of the parent it was merged with
  cause          text not null check (cause in ('published', 'inherited', 'rolled-back', 'package')),
  conflicts      jsonb,
  note           text not null default '',
  authors        uuid[] not null default '{}',
  published_by   uuid,
  published_name text not null,
  published_at   timestamptz not null,
  -- figures for the rates, so that a rate over the whole province reads no contents
  type           text not null,
  handling       smallint not null,
  visits         smallint not null,
  online         boolean not null,
  materials      smallint not null,                       -- that the applicant must hand in
  legal_days     numeric(6,1) not null,                   -- in working days
  promised_days  numeric(6,1) not null,
  unique (item, number)
);
create index version_published on catalogue.version (published_at, item);

create function catalogue.no_change() returns trigger language plpgsql as $$
begin raise exception 'published versions never change'; end $$;
create trigger version_frozen before update or delete on catalogue.version for each row execute function catalogue.no_change();
create trigger version_no_truncate before truncate on catalogue.version for each statement execute function catalogue.no_change();
create trigger content_frozen before update or delete on catalogue.content for each row execute function catalogue.no_change();
create trigger content_no_truncate before truncate on catalogue.content for each statement execute function catalogue.no_change();

-- The one draft an entry may have: full content in the basic list, overrides for an implementation.
create table catalogue.draft (
  item         uuid primary key references catalogue.item,
  revision     int not null,                              -- optimistic version
  body         jsonb not null,
  base         uuid,                                      -- version in force when it was opened
  cause        text not null default 'published',
  state        text not null check (state in ('editing', 'review', 'approved', 'scheduled')),
  authors      uuid[] not null,
  changed_by   text not null,
  changed_at   timestamptz not null,
  reviewer     uuid,
  note         text not null default '',                  -- why; and the word on warnings
  publish_at   timestamptz,
  scheduled_by uuid,
  scheduled_name text
);
create index draft_due on catalogue.draft (publish_at) where state = 'scheduled';

-- What an application package last said about an entry; the middle of a three-way comparison at its next version.
create table catalogue.packaged (
  item    uuid primary key references catalogue.item,
  package text not null,
  version text not null,
  body    jsonb not null
);
create index packaged_package on catalogue.packaged (package);

-- How people look for items, from packages.
create table catalogue.life_event (
  key      text primary key,
  position int not null,
  name     text not null,
  summary  text not null,
  audience text not null,
  package  text not null
);
create table catalogue.synonym (
  package text not null,
  words   text[] not null
);

-- Questions of the forms that packages brought, for the linter; the forms themselves belong to the case module.
create table catalogue.form (
  name   text primary key,                                -- package/name
  fields text[] not null
);
