-- The date of expiry that the owner was warned of. A draft goes only on a day it was warned for.
alter table cases.draft add warned_for timestamptz;
