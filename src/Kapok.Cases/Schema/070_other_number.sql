-- Under which numbers a case is known in older or neighbouring systems.
create table cases.other_number (
  case_id uuid not null,
  number  text not null,
  source  text not null,
  primary key (case_id, source, number)
);
create index other_number_number on cases.other_number (number);
