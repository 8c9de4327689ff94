-- What people search: one row a text (an item of the basic list), one row a body that implements it. Written with every publication.
create table catalogue.search (
  item        uuid primary key references catalogue.item,
  basic_code  text not null,
  name        text not null,
  name_key    text not null,                              -- lower case, nothing but letters and digits
  alias_keys  text[] not null,
  summary     text not null,
  tokens      tsvector not null,                          -- A name, B aliases, C summary, D results and code
  type        text not null,
  line        text not null,
  audience    smallint[] not null,
  levels      smallint[] not null,
  life_events text[] not null,
  online      boolean not null,
  visits      smallint not null,
  promised    numeric(6,1) not null,                      -- working days
  bodies      int not null default 0                      -- how many implement it
) with (fillfactor = 80);
create index search_tokens on catalogue.search using gin (tokens) with (fastupdate = off);
create index search_name on catalogue.search (name_key text_pattern_ops);
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
create index search_body_place on catalogue.search_body (place, base, depth);
create index search_body_base on catalogue.search_body (base, depth);
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
