-- What goes along with a report, as its writer saw it; requests to be called; who dealt with it and how.
alter table portal.problem add column kind text not null default 'page' check (kind in ('page', 'call-back'));
alter table portal.problem add column number text not null default '';        -- short number people can name on the phone
alter table portal.problem add column context jsonb not null default '[]';    -- [{label, value}]
alter table portal.problem add column done_by uuid;
alter table portal.problem add column done_note text not null default '';
create unique index problem_number on portal.problem (number) where number <> '';
create index problem_waiting on portal.problem (contact) where kind = 'call-back' and done_at is null;
