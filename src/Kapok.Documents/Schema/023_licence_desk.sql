-- Acts that need a second official; where readers of the directory feed stand.
create table documents.licence_proposal (
  id uuid primary key,
  licence uuid not null,
  act text not null check (act in ('suspend', 'resume', 'cancel', 'annul', 'revoke')),
  ground text not null,
  reason text not null,
  proposed_by uuid not null,
  proposed_name text not null,
  proposed_at timestamptz not null,
  decided_by uuid,
  decided_name text,
  decided_at timestamptz,
  granted boolean
);
create unique index licence_proposal_open on documents.licence_proposal (licence) where decided_at is null;
create index on documents.licence_proposal (licence, proposed_at desc);

create table documents.licence_feed (
  reader text primary key,
  cursor text not null,
  asked_at timestamptz not null,
  caught_up_to timestamptz not null
);
