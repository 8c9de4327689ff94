-- Open cases with what their lists are sorted by. These columns stood in indexes of cases."case", so that every change of
-- a due time or a state wrote a new entry into all its indexes; now a step leaves them alone.
create table cases.open (
  case_id      uuid primary key,
  organisation uuid not null,
  due_at       timestamptz
) with (fillfactor = 80);
insert into cases.open select id, organisation, due_at from cases."case" where state <> 'closed';
create index open_organisation on cases.open (organisation, due_at, case_id);
create index open_due on cases.open (due_at, case_id);

-- How long an office really took, for the item page.
create table cases.achieved (
  case_id        uuid primary key,
  implementation text not null,
  accepted_at    timestamptz not null,
  closed_at      timestamptz not null
);
insert into cases.achieved select id, implementation, accepted_at, closed_at from cases."case" where state = 'closed' and accepted_at is not null and closed_at is not null;
create index achieved_last on cases.achieved (implementation, closed_at desc);

drop index cases.case_open_due, cases.case_due, cases.case_achieved;
