-- migrate:up
-- More that is worth following: a data subject's request and its answer, an import that has come to its end, an export that
-- somebody has asked for, an alert that somebody has set.

insert into news_kind (entity, name, resource, scope, path, probe) values
	('data_subject_request', 'data-subject-request', 'data-subject-requests', 'privacy.read', '/data-subject-requests/{id}',
		'select r.id from data_subject_request r where r.id = $1'),
	('import_batch', 'import', 'imports', 'imports.write', '/imports/{id}', 'select b.id from import_batch b where b.id = $1'),
	('export', 'export', 'exports', 'exports.read', '/exports/{id}', 'select e.id from export e where e.id = $1'),
	('alert_setting', 'alert-setting', 'alert-settings', 'notifications.write', '/alert-settings/{id}',
		'select s.id from alert_setting s where s.id = $1');

-- Of a thing without versions: TG_ARGV tells the version that this act makes. What moves meanwhile (the counts of an
-- import) is read when it is asked for.
create function note_act() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	insert into outbox (entity, entity_id, version, change, changed, patient_id, agency_id, request_id)
	values (tg_table_name, new.id, tg_argv[0]::int, case tg_op when 'INSERT' then 'CREATED' else 'UPDATED' end,
		case tg_op when 'INSERT' then '{}' else '{state}'::text[] end, (to_jsonb(new) ->> 'patient_id')::uuid, new.agency_id,
		nullif(current_setting('app.request_id', true), ''));
	return null;
end $$;

-- messages are answered at once: nobody waits to hear of them
create trigger note_begin after insert on import_batch for each row when (new.type <> 'adt') execute function note_act('1');
create trigger note_end after update of state on import_batch for each row
	when (new.state in ('DONE', 'FAILED') and old.state <> new.state) execute function note_act('2');
create trigger note after insert on export for each row execute function note_act('1');
create trigger note after insert on alert_setting for each row execute function note_change('');

-- migrate:down
drop trigger note on alert_setting;
drop trigger note on export;
drop trigger note_begin on import_batch;
drop trigger note_end on import_batch;
drop function note_act;
delete from news_kind where entity in ('data_subject_request', 'import_batch', 'export', 'alert_setting');
