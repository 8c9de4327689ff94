-- Rates are computed from the versions; only what people decide is kept: exemptions, and the baseline once frozen.
create table catalogue.exemption (
  id          uuid primary key,
  item        uuid not null references catalogue.item,
  rate        text not null check (rate in ('online', 'one-visit')),
  approver    text not null,                              -- the government of the same level
  document    text not null,                              -- number of its decision
  reason      text not null,
  valid_from  date not null,
  valid_to    date,                                       -- last day; null until it is ended
  recorded_by uuid,
  recorded_name text not null,
  recorded_at timestamptz not null,
  check (valid_to is null or valid_to >= valid_from)
);
create index exemption_item on catalogue.exemption (item);

create table catalogue.baseline (
  id          uuid primary key,
  name        text not null unique,
  cut_off     timestamptz not null,
  approver    text not null,
  frozen_by   text not null,
  frozen_at   timestamptz not null
);
create table catalogue.baseline_item (
  baseline  uuid not null references catalogue.baseline,
  item      uuid not null references catalogue.item,
  materials smallint not null,
  primary key (baseline, item)
);
create trigger baseline_frozen before update or delete on catalogue.baseline for each row execute function catalogue.no_change();
create trigger baseline_item_frozen before update or delete on catalogue.baseline_item for each row execute function catalogue.no_change();

-- When an entry was in force: a rate of an earlier date must not count what had been withdrawn by then.
create table catalogue.withdrawal (
  item uuid not null references catalogue.item,
  at   timestamptz not null,
  primary key (item, at)
);
