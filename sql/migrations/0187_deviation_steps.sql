-- migrate:up
-- The steps of a deviation (api-spec/machines/deviations.yaml), and what follows from them: tasks and the clocks of the law.

-- Nothing is made smaller without a word: neither the harm nor what starts a clock of the law; nor does silence stop one.
create function deviation_check_assessment(d deviation, body jsonb) returns void language plpgsql as $$
begin
	perform raise_unless(body ? 'reason' or (coalesce((body ->> 'harm')::int >= d.harm, true)
			and (d.unexpected is not true or coalesce((body ->> 'unexpected')::boolean, true))
			and (d.type <> 'PRIVACY' or coalesce(body ->> 'type', 'PRIVACY') = 'PRIVACY')), 422, 'missing_fact',
		fault('/reason', 'required', 'says why it is taken less seriously than it was'));
	perform raise_unless((body ->> 'harm')::int < 3 or body ? 'unexpected' or d.unexpected is not null, 422, 'missing_fact',
		fault('/unexpected', 'required', 'says of serious harm whether anybody had to expect it'));
end $$;

-- Those who work together answer for it together: in what is about cooperation the other party is asked.
create function deviation_check_analysis(d deviation, body jsonb) returns void language plpgsql as $$
declare
	other uuid := (body ->> 'counterpart_agency_id')::uuid;
begin
	perform raise_unless(other is not null or (d).type <> 'COOPERATION' or (d).counterpart_agency_id is not null, 422, 'missing_fact',
		fault('/counterpart_agency_id', 'required', 'is who answers in a deviation of cooperation'));
	perform raise_unless(other is null or (other <> (d).owner_agency_id and exists (select 1 from agency a where a.id = other)),
		422, 'unknown_reference', fault('/counterpart_agency_id', 'reference', 'is no other agency that is known here'));
end $$;

create function deviation_check_actions(body jsonb) returns void language plpgsql as $$
declare
	wrong bigint;
begin
	perform raise_unless((body ? 'corrective_actions') <> (body ? 'no_action_reason'), 422, 'invalid_value',
		fault('/corrective_actions', 'required', 'either there is something to do, or it is said why not'));
	select min(x.n) into wrong from jsonb_array_elements(body -> 'corrective_actions') with ordinality x (a, n)
	where not exists (select 1 from staff s where s.id = (x.a ->> 'owner_staff_id')::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference',
		fault('/corrective_actions/' || wrong - 1 || '/owner_staff_id', 'reference', 'is nobody who is known here'));
	select min(x.n) into wrong from jsonb_array_elements(body -> 'corrective_actions') with ordinality x (a, n)
	where (x.a ->> 'due_on')::date < clock_today();
	perform raise_unless(wrong is null, 422, 'invalid_value',
		fault('/corrective_actions/' || wrong - 1 || '/due_on', 'future', 'is over already'));
end $$;

create function deviation_check_effect_day(body jsonb) returns void language sql as $$
	select raise_unless((body ->> 'effect_check_on')::date >= clock_today()
			and (body ->> 'effect_check_on')::date < (deadline_at('DEVIATION_EFFECT', clock_now()) at time zone 'Europe/Oslo')::date,
		422, 'invalid_value', fault('/effect_check_on', 'range', 'is from today and at most half a year ahead'))
$$;

create function deviation_check_closing(d deviation, body jsonb) returns void language plpgsql as $$
declare
	parties int := (select count(distinct a) from unnest((d).involved_agency_ids || (d).owner_agency_id || (d).counterpart_agency_id) a
		where a is not null);
begin
	perform raise_unless(parties < 2 or jsonb_array_length(body -> 'shared_with') > 0, 422, 'missing_fact',
		fault('/shared_with', 'required', 'says with whom it is shared: more than one agency had part in it'));
	perform deviation_agencies(coalesce(body -> 'shared_with', '[]'), '/shared_with');
end $$;

create function deviation_check_notice(body jsonb) returns void language plpgsql as $$
begin
	perform raise_unless((body ->> 'on')::date <= clock_today(), 422, 'invalid_value', fault('/on', 'past', 'has not been yet'));
	perform raise_unless(body ->> 'notice_kind' <> 'NOT_REQUIRED' or body ? 'note', 422, 'missing_fact',
		fault('/note', 'required', 'says why no notice is owed'));
end $$;

-- Another one of the same agency, of the same kind, about the same person, that is still handled, or was closed; one that was
-- merged itself leads nowhere. The clock of a breach of privacy neither stops nor starts anew.
create function deviation_check_merge(d deviation, body jsonb) returns void language sql as $$
	select raise_unless(exists (select 1 from deviation o where o.id = (body ->> 'merged_into')::uuid and o.id <> (d).id
			and o.owner_agency_id = (d).owner_agency_id and o.type = (d).type and o.pseudonym is not distinct from (d).pseudonym
			and o.state not in ('REJECTED', 'MERGED')
			and (o.type <> 'PRIVACY' or (deviation_is_open(o.state) and o.created_at <= (d).created_at))), 422, 'unknown_reference',
		fault('/merged_into', 'reference', 'is no other deviation of the agency that this one can be part of'))
$$;

create function deviation_check_done(d deviation, body jsonb) returns void language sql as $$
	select raise_unless(exists (select 1 from jsonb_array_elements((d).corrective_actions) a where a ->> 'id' = body ->> 'corrective_action_id'
			and not a ? 'done_at' and a ->> 'owner_staff_id' = app_staff_id()::text), 422, 'unknown_reference',
		fault('/corrective_action_id', 'reference', 'is no action that the caller has to do'))
$$;

create function deviation_check(d deviation, step text, body jsonb) returns void language plpgsql as $$
begin
	perform deviation_names_nobody(body);
	case step
		when 'assess', 'reassess' then perform deviation_check_assessment(d, body);
		when 'merge' then perform deviation_check_merge(d, body);
		when 'analyse' then perform deviation_check_analysis(d, body);
		when 'set_actions' then perform deviation_check_actions(body);
		when 'complete_action' then perform deviation_check_done(d, body);
		when 'actions_done' then perform deviation_check_effect_day(body);
		when 'effective', 'close_minor' then perform deviation_check_closing(d, body);
		when 'record_notice' then perform deviation_check_notice(body);
		else null;
	end case;
end $$;

-- What was done stays, what was left is replaced by what is agreed now.
create function deviation_with_actions(actions jsonb, agreed jsonb) returns jsonb language sql as $$
	select coalesce((select jsonb_agg(a) from jsonb_array_elements(actions) a where a ? 'done_at'), '[]')
		|| coalesce((select jsonb_agg(a || jsonb_build_object('id', gen_random_uuid())) from jsonb_array_elements(agreed) a), '[]') $$;

create function deviation_with_done(actions jsonb, done text, note text) returns jsonb language sql stable as $$
	select jsonb_agg(case when a ->> 'id' = done then jsonb_strip_nulls(a || jsonb_build_object('done_at', clock_now(), 'note', note)) else a end
		order by n) from jsonb_array_elements(actions) with ordinality x (a, n) $$;

-- What a step writes, as members of the row.
create function deviation_changes(d deviation, step text, body jsonb) returns jsonb language sql as $$
	select case
		when step in ('assess', 'reassess') then jsonb_build_object('harm', body -> 'harm', 'type', coalesce(body ->> 'type', (d).type),
			'likelihood', coalesce((body ->> 'likelihood')::int, (d).likelihood),
			'unexpected', coalesce((body ->> 'unexpected')::boolean, (d).unexpected),
			'harm_reason', coalesce(body ->> 'reason', (d).harm_reason), 'assessed_at', coalesce((d).assessed_at, clock_now()))
		when step in ('reject', 'not_effective') then jsonb_build_object('reason', body ->> 'reason')
		when step = 'merge' then jsonb_build_object('merged_into', body ->> 'merged_into')
		when step = 'analyse' then jsonb_build_object('cause', coalesce(body ->> 'cause', (d).cause),
				'routine_ids', case when body ? 'routine_ids' then to_jsonb(deviation_routines(body -> 'routine_ids')) else to_jsonb((d).routine_ids) end)
			|| case when body ? 'counterpart_agency_id' then jsonb_build_object('counterpart_agency_id', body ->> 'counterpart_agency_id',
				'counterpart_due_at', deadline_at('DEVIATION_ANSWER', clock_now())) else '{}' end
		when step = 'answer' then jsonb_build_object('counterpart_answer', body ->> 'answer', 'counterpart_answered_at', clock_now())
		when step = 'set_actions' then jsonb_build_object('no_action_reason', body ->> 'no_action_reason', 'cause',
			coalesce(body ->> 'cause', (d).cause), 'corrective_actions', deviation_with_actions((d).corrective_actions, body -> 'corrective_actions'))
		when step = 'complete_action' then jsonb_build_object('corrective_actions',
			deviation_with_done((d).corrective_actions, body ->> 'corrective_action_id', body ->> 'note'))
		when step = 'actions_done' then jsonb_build_object('effect_check_on', body ->> 'effect_check_on')
		when step in ('effective', 'close_minor') then jsonb_build_object('learning_text', body ->> 'learning_text',
			'shared_with', coalesce(body -> 'shared_with', '[]'))
		when step = 'record_notice' then jsonb_build_object('notices', (d).notices || jsonb_strip_nulls(jsonb_build_object('authority',
			body ->> 'authority', 'kind', body ->> 'notice_kind', 'on', body ->> 'on', 'reference', body ->> 'reference', 'note', body ->> 'note')))
		when step = 'set_external_ref' then jsonb_build_object('external_system', body #>> '{external_ref,system}',
			'external_id', body #>> '{external_ref,id}')
	end
$$;

create function deviation_step(thing uuid, step text, target text, body jsonb) returns int language plpgsql as $$
declare
	d deviation;
	becomes deviation;
begin
	select * into d from deviation x where x.id = thing;
	perform deviation_check(d, step, body);
	becomes := jsonb_populate_record(d, deviation_changes(d, step, body));
	update deviation x set state = case target when 'previous' then d.state else target end, type = becomes.type, harm = becomes.harm,
		harm_reason = becomes.harm_reason, likelihood = becomes.likelihood, unexpected = becomes.unexpected, cause = becomes.cause,
		routine_ids = becomes.routine_ids,
		counterpart_agency_id = becomes.counterpart_agency_id, counterpart_due_at = becomes.counterpart_due_at,
		counterpart_answer = becomes.counterpart_answer, counterpart_answered_at = becomes.counterpart_answered_at,
		corrective_actions = becomes.corrective_actions, no_action_reason = becomes.no_action_reason,
		effect_check_on = becomes.effect_check_on, learning_text = becomes.learning_text, shared_with = becomes.shared_with,
		notices = becomes.notices, merged_into = becomes.merged_into, reason = becomes.reason, assessed_at = becomes.assessed_at,
		external_system = becomes.external_system, external_id = becomes.external_id,
		closed_at = case when not deviation_is_open(target) then clock_now() end
	where x.id = thing returning x.* into d;
	return d.version;
end $$;

-- Who is asked in an agency: its leaders, or all where none leads. A task holds no content and names nobody.
create function deviation_task(of_kind text, words text, agency uuid, due timestamptz, d deviation) returns void language sql as $$
	insert into task (kind, title, agency_id, for_role, due_at, entity, entity_id)
	values (of_kind, words, agency, case when exists (select 1 from unit u where u.agency_id = agency and unit_has_leader(u.id)) then 'TL' end,
		due, 'deviation', (d).id)
$$;

-- Each action is a task of whoever owns it, wherever they work.
create function deviation_action_tasks(was jsonb, d deviation) returns void language plpgsql as $$
declare
	a jsonb;
begin
	for a in select x from jsonb_array_elements(was) x where not x ? 'done_at' loop
		perform tasks_end('deviation_action', (a ->> 'id')::uuid, null, case when exists (select 1 from jsonb_array_elements((d).corrective_actions) n
			where n ->> 'id' = a ->> 'id' and n ? 'done_at') then 'DONE' else 'CANCELLED' end, null)
		where not deviation_is_open((d).state) or not exists (select 1 from jsonb_array_elements((d).corrective_actions) n
			where n ->> 'id' = a ->> 'id' and not n ? 'done_at');
	end loop;
	insert into task (kind, title, agency_id, assignee_staff_id, due_at, entity, entity_id, source_key)
	select 'DEVIATION_ACTION', 'Gjennomfør et tiltak etter et avvik', s.agency_id, s.id,
		((n ->> 'due_on')::date + 1)::timestamp at time zone 'Europe/Oslo', 'deviation_action', (n ->> 'id')::uuid, 'deviation-action:' || (n ->> 'id')
	from jsonb_array_elements((d).corrective_actions) n join staff s on s.id = (n ->> 'owner_staff_id')::uuid
	where not n ? 'done_at' and deviation_is_open((d).state)
	on conflict (source_key) do nothing;
end $$;

create function deviation_hold(d deviation) returns void language plpgsql as $$
begin
	delete from deviation_holder h where h.deviation_id = d.id;
	insert into deviation_holder (holder_id, deviation_id, type, created_at)
	select distinct x, d.id, d.type, d.created_at
	from unnest(deviation_action_owners(d.corrective_actions) || case when d.state = 'CLOSED' then d.shared_with end) x;
end $$;

create function deviation_clocks(d deviation) returns void language plpgsql as $$
declare
	r deviation_duty_rule;
	u record;
begin
	for r in select * from deviation_duty_rule loop
		select * into u from deviation_duties(d) x where x.code = r.code;
		perform deadline_keep('deviation', (d).id, r.code, case when u.code is not null and not u.met then (d).created_at end,
			u.due_at, u.met, (d).unit_id, null);
	end loop;
end $$;

-- What follows from a step. Owner's rights: the tasks are other agencies', and the clocks nobody's.
create function deviation_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	was deviation;
begin
	if tg_op = 'UPDATE' then
		was := old;
	end if;
	if was.state is null then
		-- the clock of a breach starts with the assessment, from when it was registered: whoever assesses is asked in time
		perform deviation_task('DEVIATION_ASSESS', 'Vurder et avvik', new.owner_agency_id,
			case when new.type = 'PRIVACY' then deadline_at('DEVIATION_BREACH', new.created_at) end, new);
	elsif was.state = 'REGISTERED' and new.state <> 'REGISTERED' then
		perform tasks_end('deviation', new.id, '{DEVIATION_ASSESS}', case new.state when 'ASSESSED' then 'DONE' else 'CANCELLED' end, null);
	end if;
	if new.counterpart_due_at is distinct from was.counterpart_due_at then
		perform tasks_end('deviation', new.id, '{DEVIATION_ANSWER}', 'CANCELLED', null);
		perform deviation_task('DEVIATION_ANSWER', 'Svar på et avvik i samarbeidet', new.counterpart_agency_id, new.counterpart_due_at, new);
	elsif new.counterpart_answered_at is distinct from was.counterpart_answered_at then
		perform tasks_end('deviation', new.id, '{DEVIATION_ANSWER}', 'DONE', null);
	end if;
	if new.state = 'EFFECT_CHECK' and was.state <> 'EFFECT_CHECK' then
		perform deviation_task('DEVIATION_EFFECT', 'Se om tiltakene etter et avvik har virket', new.owner_agency_id,
			(new.effect_check_on + 1)::timestamp at time zone 'Europe/Oslo', new);
	elsif was.state = 'EFFECT_CHECK' and new.state <> 'EFFECT_CHECK' then
		perform tasks_end('deviation', new.id, '{DEVIATION_EFFECT}', 'DONE', null);
	end if;
	if not deviation_is_open(new.state) then
		perform tasks_end('deviation', new.id, '{DEVIATION_ANSWER}', 'CANCELLED', null);
	end if;
	if (new.state, new.type, new.corrective_actions) is distinct from (was.state, was.type, was.corrective_actions) then
		perform deviation_hold(new);
	end if;
	perform deviation_action_tasks(coalesce(was.corrective_actions, '[]'), new), deviation_clocks(new);
	return null;
end $$;
create trigger follow after insert or update on deviation for each row execute function deviation_follow();

-- An emergency access that was reviewed as a breach is a deviation (domain.md §4.10); whoever reviewed it has registered it.
-- A pseudonym of its own: the reviewer knows whose access it was, and would know the person in all others of the agency.
-- Owner's rights: the reviewer need not stand in relation to the person.
create function deviation_of_breach() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	made uuid := gen_random_uuid();
begin
	insert into deviation (id, owner_agency_id, unit_id, reporter_agency_id, reported_by, reported_role, pseudonym, type, what_happened,
		occurred_at, emergency_access_id, subject_staff_id)
	select made, new.agency_id, u.id, new.agency_id, new.reviewed_by, coalesce(nullif(app_role(), ''), 'PV'),
		gen_random_uuid(), 'PRIVACY', 'En nødtilgang ble vurdert som brudd.', new.opened_at, new.id, new.staff_id
	from unit u left join staff_membership m on m.unit_id = u.id and m.staff_id = new.staff_id and m.state = 'ACTIVE'
	where u.agency_id = new.agency_id order by m.id is null, u.id limit 1
	on conflict (emergency_access_id) where emergency_access_id is not null do nothing;
	insert into deviation_person (deviation_id, patient_id) select d.id, new.patient_id from deviation d where d.id = made;
	return null;
end $$;
create trigger deviation after update on emergency_access for each row
	when (new.state = 'REVIEWED_BREACH' and old.state <> 'REVIEWED_BREACH' and new.reviewed_by is not null)
	execute function deviation_of_breach();

-- migrate:down
drop trigger deviation on emergency_access;
drop function if exists deviation_of_breach, deviation_follow, deviation_hold, deviation_clocks, deviation_action_tasks, deviation_task, deviation_step,
	deviation_changes, deviation_with_done, deviation_with_actions, deviation_check, deviation_check_done, deviation_check_merge,
	deviation_check_notice, deviation_check_closing, deviation_check_effect_day, deviation_check_actions, deviation_check_analysis,
	deviation_check_assessment cascade;
