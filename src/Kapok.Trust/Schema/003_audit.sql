-- The audit tree: RFC 6962 over the digests of all events in the order followers see them, kept as tiles of 256 hashes.
-- Tile (level, index) holds the hashes of the full subtrees of 256^level leaves numbered index*256 and following.
create table trust.audit_tile (
  level     smallint not null,
  index     bigint not null,
  first_xid xid8,                               -- level 0: place in the log of the first event
  first_id  bigint,
  hashes    bytea not null,
  primary key (level, index)
);
alter table trust.audit_tile alter column hashes set storage external;
create index audit_tile_place on trust.audit_tile (first_xid, first_id) where level = 0;

-- How far the tree has grown: one row.
create table trust.audit_head (
  one  boolean primary key default true check (one),
  size bigint not null default 0,
  xid  xid8 not null default '0',
  id   bigint not null default 0
);
insert into trust.audit_head default values;

-- Signed roots. Statement, signature and timestamp are kept as they were made.
create table trust.audit_root (
  number      bigint primary key,
  size        bigint not null,
  at          timestamptz not null,
  statement   text not null,
  signature   bytea not null,
  certificate bytea not null,
  timestamp   bytea not null
);
create trigger audit_root_append_only before update or delete on trust.audit_root for each row execute function kapok.no_change();
create trigger audit_root_no_truncate before truncate on trust.audit_root for each statement execute function kapok.no_change();
