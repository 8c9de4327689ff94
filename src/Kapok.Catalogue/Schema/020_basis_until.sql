-- The first day on which some legal basis of the published version is no longer in force: from then on somebody has to act.
alter table catalogue.item add basis_until date;
update catalogue.item i set basis_until = (
  select min((b ->> 'validTo')::date) from catalogue.version v join catalogue.content t on t.digest = v.content, json_array_elements(t.body::json -> 'basis') b where v.id = i.version);
create index item_basis_until on catalogue.item (basis_until) where basis_until is not null;
