-- How far each series of running numbers has come: of the cases of an item on a day, of the documents of an office in a year.
create table kapok.series (
  name text primary key,
  last bigint not null
) with (fillfactor = 50);
