-- A question may go to one person by name: an official (with his organisation), or an expert from outside (without one),
-- who signs in as himself; name and phone of the invitation must be those of his account.
alter table cases.consultation
  alter column organisation drop not null,
  add person uuid,                            -- the official; of an outside expert who answered stands answered_by
  add person_name text,
  add person_unit text,                       -- where an outside expert works, as he was invited
  add phone text,
  add check (organisation is not null or person_name is not null and phone is not null);
create index consultation_outside on cases.consultation (phone) where organisation is null;
