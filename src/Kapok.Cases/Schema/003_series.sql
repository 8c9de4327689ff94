-- All running numbers are kept in one place now.
insert into kapok.series (name, last) select format('case %s %s', implementation, to_char(day, 'YYYYMMDD')), last from cases.serial;
insert into kapok.series (name, last) select format('document %s %s %s', organisation, template, year), last from cases.document_serial;
drop table cases.serial, cases.document_serial;
