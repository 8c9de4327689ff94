-- When the owner of a draft was told that it will soon be deleted; any change of the draft takes it back.
alter table cases.draft add warned_at timestamptz;
