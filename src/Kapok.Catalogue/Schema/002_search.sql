-- What people search: one row a text (an item of the basic list), one row a body that implements it. Written with every publication.
-- Lexemes say where they stand, so that the index alone tells name from alias from the rest, and where it is done:
--   =食品经营许可  the whole name or an alias     n食品  in the name     a食品  in an alias     食品  anywhere     @440106  done there
create table catalogue.search (
  item        uuid primary key references catalogue.item,
  basic_code  text not null,
  name        text not null,
  name_key    text not null,                              -- lower case, nothing but letters and digits
  summary     text not null,
  words       tsvector not null,                          -- lexemes of the text
  tokens      tsvector not null,                          -- words and places
  type        text not null,
  line        text not null,
  audience    smallint[] not null,
  life_events text[] not null,
  online      boolean not null,
  visits      smallint not null,
  promised    numeric(6,1) not null,                      -- working days
  bodies      int not null default 0                      -- how many implement it
) with (toast_tuple_target = 128);
-- Ranking reads thousands of rows and never their lexemes: these stay out of the row.
alter table catalogue.search alter column words set storage external, alter column tokens set storage external;
create index search_tokens on catalogue.search using gin (tokens) with (fastupdate = off);
create index search_order on catalogue.search (bodies desc, basic_code);

create table catalogue.search_body (
  item         uuid primary key references catalogue.item,
  base         uuid not null,
  code         text not null,
  version      uuid not null,
  organisation uuid not null,
  place        text not null,                             -- code of the body's division
  depth        smallint not null,                         -- 1 province, 2 city …: the deeper, the nearer
  level        smallint not null,
  online       boolean not null,
  visits       smallint not null,
  promised     numeric(6,1) not null
);
create index search_body_base on catalogue.search_body (base, place);
create index search_body_organisation on catalogue.search_body (organisation, base);

-- Names and aliases to offer while somebody types.
create table catalogue.suggestion (
  item     uuid not null references catalogue.item,
  text     text not null,
  key      text not null,
  initials text not null,
  kind     smallint not null,                             -- 0 name, 1 alias
  primary key (item, text)
);
create index suggestion_key on catalogue.suggestion (key text_pattern_ops);
create index suggestion_initials on catalogue.suggestion (initials text_pattern_ops);
