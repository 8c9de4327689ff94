-- Files as people gave them; the bytes lie in the file store under their digest.
create table kapok.file (
  id         uuid primary key,
  digest     text not null,                   -- SHA-256, hexadecimal
  size       bigint not null,
  type       text not null,                   -- media type found in the content, never the one claimed
  name       text not null,
  owner      uuid not null,
  created_at timestamptz not null default now()
);
create index file_owner on kapok.file (owner, created_at desc);
create index file_digest on kapok.file (digest);

-- Uploads under way; received bytes lie in the uploads folder until they are complete.
create table kapok.upload (
  id         uuid primary key,
  owner      uuid not null,
  name       text not null,
  size       bigint not null,
  created_at timestamptz not null default now()
);
create index upload_created on kapok.upload (created_at);
