-- migrate:up
-- Messages and tasks are kept for two years after they are closed (domain.md §5.5), then deleted with what hangs on them.
-- What has been told of them stays told: the access log and the outbox hold no content.

insert into deadline_rule (code, amount, unit) values
	('MESSAGE_RETENTION', 24, 'MONTHS'),
	('TASK_RETENTION', 24, 'MONTHS');

-- What was closed before this is kept no longer.
create function retained_since(rule text) returns timestamptz language sql stable as $$
	select clock_now() - make_interval(months => r.amount) from deadline_rule r
	where r.code = rule and r.valid_from <= clock_today() order by r.valid_from desc limit 1
$$;

create index message_first on message (updated_at) where id = thread_id;
create index case_meeting_agreement_task on case_meeting_agreement (task_id);
create index task_closed on task (closed_at) where closed_at is not null;

-- A thread goes as a whole: nothing in it waits for anybody, and nothing has been done with it for that long.
create function job_delete_messages(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	kept_since timestamptz := retained_since('MESSAGE_RETENTION');
	gone uuid[];
begin
	gone := array(select m.id from message m where m.thread_id = any (array(select f.id from message f
		where f.id = f.thread_id and f.updated_at < kept_since and not exists (select 1 from message x
			where x.thread_id = f.id and (x.updated_at >= kept_since or x.state = 'SENT'
				or (x.state = 'ACKNOWLEDGED' and x.answer_wanted)))
		order by f.updated_at limit batch for update of f skip locked)));
	-- by the index that deadlines have; one that is about no person holds nothing, and stays
	delete from deadline d using message m where m.id = any (gone) and d.patient_id = m.patient_id and d.entity_id = m.id;
	delete from transition_event e where e.object_id = any (gone);
	delete from message m where m.id = any (gone);
	return cardinality(gone);
end $$;

-- A task that a meeting or an assessment asked for stays as long as these say so.
create function job_delete_tasks(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	gone uuid[] := array(select t.id from task t where t.closed_at < retained_since('TASK_RETENTION')
		and not exists (select 1 from case_meeting_agreement a where a.task_id = t.id)
		and not exists (select 1 from somatic_follow_up f where f.task_id = t.id)
		order by t.closed_at limit batch for update of t skip locked);
begin
	delete from transition_event e where e.object_id = any (gone);
	delete from task t where t.id = any (gone);
	return cardinality(gone);
end $$;
revoke execute on function job_delete_messages(int), job_delete_tasks(int) from public;
insert into job (kind, call) values ('messages_deleted', 'job_delete_messages'), ('tasks_deleted', 'job_delete_tasks');

-- migrate:down
delete from job where kind in ('messages_deleted', 'tasks_deleted');
drop function if exists job_delete_tasks, job_delete_messages, retained_since;
drop index task_closed, case_meeting_agreement_task, message_first;
delete from deadline_rule where code in ('MESSAGE_RETENTION', 'TASK_RETENTION');
