-- How long an office really took, for the item page.
create index case_achieved on cases."case" (implementation, closed_at desc) where state = 'closed' and accepted_at is not null;
