create schema portal;

-- Help for citizens, from the help/ folders of packages.
create table portal.help (
  slug     text primary key,                              -- file name without its ending; the address of the page
  package  text not null,
  title    text not null,
  position int not null,
  keywords text[] not null default '{}',
  body     text not null                                  -- Markdown
);
create index help_package on portal.help (package);

-- "This page has a problem": what people tell us about our own pages.
create table portal.problem (
  id       uuid primary key,
  at       timestamptz not null,
  page     text not null,                                 -- address of the page it is about
  said     text not null,
  contact  text not null default '',
  person   uuid,                                          -- null when nobody was signed in
  device   text not null default '',
  language text not null,
  done_at  timestamptz
);
create index problem_open on portal.problem (at) where done_at is null;

-- How often an item was applied for on a day, counted from the event log.
create table portal.item_use (
  item  text not null,                                    -- basic code
  day   date not null,
  count int not null,
  primary key (item, day)
);
create index item_use_day on portal.item_use (day);
