-- The first day of which exact times may still be stored: those of all days before it are gone. It follows
-- `times_kept_from`, which says what may enter, once the erasing between has come to its end; a run that is cut short is
-- thereby found. It begins empty, so that the first run looks at every day.
alter table campaign add column times_erased_before integer;
