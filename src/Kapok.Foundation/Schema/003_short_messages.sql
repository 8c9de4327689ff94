-- Short messages on their way. The text is forgotten once a gateway has taken it over.
create table kapok.short_message (
  id      uuid primary key,
  phone   text not null,                      -- empty: goes nowhere
  text    text not null,
  at      timestamptz not null,
  sent_at timestamptz
);
create index short_message_at on kapok.short_message (at desc);
