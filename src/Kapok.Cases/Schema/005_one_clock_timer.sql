-- A clock has one timer: its next moment.
insert into cases.timer (case_id, key, due_at) select case_id, 'clock', min(due_at) from cases.timer where key like 'clock:%' group by case_id;
delete from cases.timer where key like 'clock:%';
