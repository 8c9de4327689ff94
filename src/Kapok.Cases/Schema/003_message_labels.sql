-- A person's own labels on messages; nobody else sees them.
create table cases.message_label (
  person  uuid not null,
  message uuid not null references cases.message (id) on delete cascade,
  label   text not null check (length(label) between 1 and 20),
  primary key (person, message, label)
);
create index message_label_message on cases.message_label (message);
