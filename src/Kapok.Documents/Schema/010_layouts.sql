-- Templates of documents with their pictures, as the packages brought them (layouts/ of a package).
create table documents.layout_file (
  package text not null,
  path text not null,
  content bytea not null,
  primary key (package, path)
);
