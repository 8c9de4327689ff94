-- Reports of stock that units have taken onto the register.
create table documents.licence_import (
  id uuid primary key,
  file_name text not null,
  rows int not null,
  taken int not null,
  standing int not null,
  refused json not null,
  by uuid,
  by_name text not null,
  organisation uuid,
  at timestamptz not null
);
create index on documents.licence_import (organisation, at desc);
