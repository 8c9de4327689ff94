create schema identity;

-- Divisions: a tree by parent, because Dongguan and Zhongshan have no counties and codes of new districts do not nest.
create table identity.division (
  code         text primary key check (code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),  -- GB/T 2260, statistical codes below the county
  name         text not null,
  level        smallint not null check (level between 2 and 6),   -- GB/T 39046 A.2: 2 province, 3 city, 4 county, 5 town, 6 village
  parent       text references identity.division (code),
  path         text not null,                                     -- 440000.440100.440106
  illustrative boolean not null default false,
  origin       text not null                                      -- id of the package, or 'admin'
);
create index division_parent on identity.division (parent);

-- Lines of business: the same work at every level (market supervision, civil affairs …).
create table identity.line (
  key         text primary key,
  name        text not null,
  department  text not null,                                      -- digits 5–6 of the basic code of an item
  credit_head text not null,                                      -- first two characters of the credit codes of its organisations
  coordinates boolean not null default false,                     -- its administrators reach all lines of their division (government services)
  names       jsonb not null                                      -- patterns by level, for organisations still to be opened
);

create table identity.organisation (
  id          uuid primary key,
  key         text not null unique,                               -- line@division
  credit_code text not null unique,                               -- GB 32100
  name        text not null,
  short_name  text not null,
  division    text not null references identity.division (code),
  line        text not null references identity.line (key),
  parent      uuid references identity.organisation (id),
  opened_on   date not null,
  closed_on   date,
  origin      text not null,
  version     int not null default 1
);
create index organisation_division on identity.organisation (division);

-- A post is a bundle of permissions and how far they reach from the organisation it is held in.
create table identity.post (
  key         text primary key,
  name        text not null,
  description text not null,
  permissions text[] not null,
  scope       text not null check (scope in ('organisation', 'division', 'line', 'node'))
);

create table identity.person (
  id                 uuid primary key,
  name               text not null,
  certificate_type   text not null default '111',                 -- GB/T 36903: 111 citizen identity card
  certificate_number text not null,
  phone              text not null default '',
  birth_date         date,
  sex                smallint,                                    -- GB/T 2261.1: 1 male, 2 female
  residence          text references identity.division (code),
  address            text not null default '',
  created_at         timestamptz not null,
  version            int not null default 1,
  unique (certificate_type, certificate_number)
);
create index person_phone on identity.person (phone) where phone <> '';
create index person_name on identity.person (name text_pattern_ops, id);

create table identity.company (
  id             uuid primary key,
  name           text not null,
  credit_code    text not null unique,
  representative uuid not null references identity.person (id),
  phone          text not null default '',
  residence      text references identity.division (code),
  address        text not null default '',
  created_at     timestamptz not null
);
create index company_representative on identity.company (representative);

create table identity.company_operator (
  company   uuid not null references identity.company (id),
  person    uuid not null references identity.person (id),
  from_date date not null,
  to_date   date,
  primary key (company, person)
);
create index company_operator_person on identity.company_operator (person);

-- Every account belongs to a known person; an official signs in with an official account, at home with a citizen one.
create table identity.account (
  id           uuid primary key,
  person       uuid not null references identity.person (id),
  kind         text not null check (kind in ('citizen', 'official')),
  name         text not null unique check (name ~ '^[a-z][a-z0-9._-]{2,63}$'),
  password     text not null,
  state        text not null default 'open' check (state in ('open', 'locked')),
  must_change  boolean not null default false,
  created_at   timestamptz not null,
  last_sign_in timestamptz,
  version      int not null default 1,
  unique (person, kind)
);

create table identity.session (
  id         uuid primary key,
  token_hash bytea not null unique,                               -- SHA-256; the token itself is nowhere
  account    uuid not null references identity.account (id),
  kind       text not null check (kind in ('browser', 'api')),
  created_at timestamptz not null,
  last_seen  timestamptz not null,
  expires_at timestamptz not null,
  ended_at   timestamptz,
  ended_why  text,
  device     text not null,
  address    text not null,
  acting_for uuid references identity.company (id)
);
create index session_account on identity.session (account, created_at desc) where ended_at is null;
create index session_expires on identity.session (expires_at);

-- Attempts to sign in, by account, by unknown name (digest) and by address.
create table identity.throttle (
  key      text primary key,
  failures int not null,
  last_at  timestamptz not null,
  until    timestamptz
);
create index throttle_last on identity.throttle (last_at);

create table identity.appointment (
  id           uuid primary key,
  person       uuid not null references identity.person (id),
  organisation uuid not null references identity.organisation (id),
  post         text not null references identity.post (key),
  from_date    date not null,
  to_date      date,                                              -- last day in the post
  created_at   timestamptz not null,
  check (to_date is null or to_date >= from_date - 1)
);
create index appointment_person on identity.appointment (person);
create index appointment_organisation on identity.appointment (organisation, post);

-- Permissions of a post given beyond an appointment, bound to a scope of their own.
create table identity.role_grant (
  id           uuid primary key,
  person       uuid not null references identity.person (id),
  post         text not null references identity.post (key),
  division     text references identity.division (code),
  organisation uuid references identity.organisation (id),
  line         text references identity.line (key),
  from_date    date not null,
  to_date      date,
  created_at   timestamptz not null,
  check (division is not null or organisation is not null)
);
create index role_grant_person on identity.role_grant (person);

-- While away, the substitute holds the posts of the absent.
create table identity.absence (
  id           uuid primary key,
  person       uuid not null references identity.person (id),
  substitute   uuid not null references identity.person (id),
  organisation uuid not null references identity.organisation (id),
  from_date    date not null,
  to_date      date not null check (to_date >= from_date),
  reason       text not null default '',
  cancelled_at timestamptz,
  created_at   timestamptz not null,
  check (person <> substitute)
);
create index absence_person on identity.absence (person, to_date);
create index absence_substitute on identity.absence (substitute, to_date);
