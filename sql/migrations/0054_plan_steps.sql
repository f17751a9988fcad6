-- migrate:up
-- What the steps of machines/plans.yaml do, and what follows from a plan's state: relations, suspension, review.

-- The version that comes into force, as it stands now: immutable, numbered, whose agreement it rests on.
create function plan_publish(inout p plan, how text) language plpgsql as $$
begin
	p.version_number := p.version_number + 1;
	p.approved_at := coalesce(p.approved_at, clock_now());
	p.reviewed_at := clock_now();
	insert into plan_version (plan_id, patient_id, number, valid_from, content, agreed_by, staff_id, agency_id)
	values (p.id, p.patient_id, p.version_number, clock_now(),
		plan_belongings(p) || jsonb_build_object('plan', to_jsonb(p)), how, app_staff_id(), app_agency_id());
end $$;

-- Has anything that was agreed been written anew since the version in force?
create function plan_is_changed(p plan) returns boolean language plpgsql stable as $$
begin
	return (select v.content #> '{plan,content}' is distinct from p.content
			or (select coalesce(jsonb_agg(jsonb_build_array(g ->> 'id', g ->> 'words') order by g ->> 'id'), '[]')
				from jsonb_array_elements(v.content -> 'goals') g) is distinct from
			(select coalesce(jsonb_agg(jsonb_build_array(g.id::text, g.words) order by g.id::text), '[]') from plan_goal g
				where g.plan_id = p.id and g.removed_at is null)
		from plan_version v where v.plan_id = p.id and v.number = p.version_number);
end $$;

-- Whoever takes part and is not health care has the person's consent to get the plan.
create function plan_sharing_is_covered(p plan) returns boolean language plpgsql stable as $$
begin
	return not exists (select 1 from plan_participant t where t.plan_id = p.id and t.kind = 'STAFF' and t.left_at is null
		and not unit_may_get(t.unit_id, p.patient_id, 'PLAN'));
end $$;

-- What a step needs beyond its form; the machine's facts have been judged.
create function plan_check(p plan, act text, b jsonb) returns boolean language plpgsql as $$
begin
	if act in ('approve', 'publish', 'resume') and not p.made_without_patient then
		perform raise_unless(coalesce(consent_stands(p.consent_id, p.patient_id), false), 409, 'plan_consent_missing');
	end if;
	case act
	when 'resume' then
		perform raise_unless(p.stopped_at is null or exists (select 1 from consent c where c.id = p.consent_id
			and c.valid_from >= p.stopped_at), 409, 'plan_consent_missing');
	when 'accept_offer' then
		perform raise_unless(p.coordinator_staff_id is not null, 422, 'missing_fact',
			fault('/coordinator', 'required', 'an individual plan has a coordinator from the first day'));
	when 'approve' then
		perform raise_unless(app_role() = 'PT' or b ->> 'form' is not null, 422, 'missing_fact',
			fault('/form', 'required', 'is required when staff record the person''s answer'));
		perform raise_unless(b ->> 'form' is distinct from 'ORAL' or b ->> 'witness' is not null, 422, 'missing_fact',
			fault('/witness', 'required', 'an oral agreement has a witness'));
		perform raise_unless(b ->> 'form' is distinct from 'WRITTEN' or b ->> 'document_ref' is not null, 422, 'missing_fact',
			fault('/document_ref', 'required', 'says where the signed document is'));
	when 'publish' then
		perform raise_unless((b ->> 'patient_agreed')::boolean or p.made_without_patient, 422, 'invalid_value',
			fault('/patient_agreed', 'agreement', 'the person must have agreed to what is new'));
		perform raise_unless(plan_sharing_is_covered(p), 409, 'plan_consent_missing');
	when 'no_change' then
		perform raise_unless(not plan_is_changed(p), 409, 'plan_is_changed');
		perform raise_unless((b ->> 'next_review_on')::date > clock_today(), 422, 'invalid_value',
			fault('/next_review_on', 'past', 'must be to come'));
	else
		null;
	end case;
	return true;
end $$;

create function plan_step(inout p plan, act text, b jsonb) language plpgsql as $$
begin
	case act
	when 'offer' then
		p.offered_at := clock_now(); p.offered_by := app_staff_id(); p.explained := b ->> 'explained';
	when 'not_entitled' then
		p.decision := b -> 'decision'; p.end_reason := b ->> 'reason';
	when 'approve' then
		p.signed_by_patient := app_role() = 'PT' or b ->> 'form' = 'WRITTEN';
		p.approval := jsonb_strip_nulls(jsonb_build_object('form', coalesce(b ->> 'form', 'DIGITAL'),
			'witness', b ->> 'witness', 'document_ref', b ->> 'document_ref'));
		p := plan_publish(p, case when app_role() = 'PT' then 'PATIENT' else 'RECORDED_BY_STAFF' end);
	when 'approve_without_patient' then
		p.made_without_patient := true; p.without_patient_reason := b ->> 'reason'; p.consent_id := null;
		p := plan_publish(p, 'WITHOUT_PATIENT');
	when 'publish' then
		p.next_review_on := (b ->> 'next_review_on')::date;
		p := plan_publish(p, case when p.made_without_patient then 'WITHOUT_PATIENT' else 'RECORDED_BY_STAFF' end);
	when 'no_change' then
		p.next_review_on := (b ->> 'next_review_on')::date; p.reviewed_at := clock_now();
	when 'suspend' then
		p.stopped_at := clock_now();
	when 'resume' then
		p.stopped_at := null;
	when 'end', 'cancel', 'decline_offer' then
		p.end_reason := b ->> 'reason';
	else
		null;
	end case;
	if not plan_is_open(p.state) then
		p.ended_at := clock_now();
	end if;
end $$;

-- One step of a plan whose row is locked and whose machine has allowed it.
create function plan_apply(asked uuid, act text, before text, target text, b jsonb) returns plan language plpgsql as $$
declare
	p plan;
begin
	select * into p from plan where id = asked;
	if b ? 'coordinator' then
		p.coordinator_staff_id := (b #>> '{coordinator,staff_id}')::uuid;
		p.coordinator_unit_id := (b #>> '{coordinator,unit_id}')::uuid;
		perform plan_check_coordinator(p.kind, p.coordinator_staff_id, p.coordinator_unit_id);
		p.coordinator_agency_id := (select u.agency_id from unit u where u.id = p.coordinator_unit_id);
	end if;
	if b ? 'consent_id' then
		p.consent_id := plan_consent(p, (b ->> 'consent_id')::uuid);
	end if;
	perform plan_check(p, act, b);
	p.state := target;
	p := plan_step(p, act, b);
	update plan x set state = p.state, coordinator_staff_id = p.coordinator_staff_id,
		coordinator_unit_id = p.coordinator_unit_id, coordinator_agency_id = p.coordinator_agency_id,
		consent_id = p.consent_id, made_without_patient = p.made_without_patient,
		without_patient_reason = p.without_patient_reason, signed_by_patient = p.signed_by_patient, approval = p.approval,
		offered_at = p.offered_at, offered_by = p.offered_by, explained = p.explained, decision = p.decision,
		next_review_on = p.next_review_on, reviewed_at = p.reviewed_at, version_number = p.version_number,
		approved_at = p.approved_at, stopped_at = p.stopped_at, ended_at = p.ended_at, end_reason = p.end_reason
	where x.id = asked returning * into p;
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role)
	values ('plans', asked, p.version, act, before, p.state, b ->> 'reason', app_agency_id(), app_staff_id(), app_role());
	return p;
end $$;

-- What follows from the state, whoever changed it -----------------------------------------------------------
-- Coordinating unit, coordinator and participants stand in relation to the person as long as the plan is open.
create function plan_relate(asked uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
	units uuid[];
begin
	select * into p from plan where id = asked;
	units := case when plan_is_open(p.state) then array(
		select x from unnest(array[p.coordinating_unit_id, p.coordinator_unit_id]) x where x is not null
		union select t.unit_id from plan_participant t where t.plan_id = asked and t.left_at is null and t.unit_id is not null)
		else '{}'::uuid[] end;
	update care_relation set valid_to = clock_now()
	where patient_id = p.patient_id and basis = 'PLAN' and source_id = asked and valid_to is null and unit_id <> all (units);
	insert into care_relation (patient_id, unit_id, agency_id, basis, source_id)
	select p.patient_id, u.id, u.agency_id, 'PLAN', asked from unit u where u.id = any (units)
	on conflict do nothing;
end $$;

create function plan_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	m measure;
begin
	perform plan_relate(new.id);
	if tg_op = 'UPDATE' and old.state <> new.state and not plan_is_open(new.state) then
		for m in update measure set state = 'WITHDRAWN', ended_at = clock_now(), end_reason = 'Planen ble ikke noe av'
			where plan_id = new.id and state = 'PROPOSED' returning *
		loop
			perform job_event('measures', m.id, m.version, 'withdraw', 'PROPOSED', 'WITHDRAWN');
		end loop;
	end if;
	if tg_op = 'UPDATE' and old.state <> new.state and (new.state = 'ACTIVE' or not plan_is_open(new.state)) then
		perform tasks_end('plan', new.id, '{PLAN_REVIEW}', case new.state when 'ACTIVE' then 'DONE' else 'CANCELLED' end, null);
	end if;
	if tg_op = 'UPDATE' and new.state = 'DECLINED' and old.state <> 'DECLINED' then
		insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
		select v.kind, v.title, new.patient_id, u.id, u.agency_id, deadline_at(v.rule, clock_now()), 'plan', new.id,
			lower(v.kind) || ':' || new.id
		from unit u cross join (values
			('COORDINATOR_OFFER', 'Tilby koordinator selv om individuell plan er takket nei til', 'PLAN_COORDINATOR_OFFER'),
			('PLAN_REOFFER', 'Tilby individuell plan på nytt', 'PLAN_REOFFER')) v (kind, title, rule)
		where u.id = new.coordinating_unit_id
		on conflict (source_key) do nothing;
	end if;
	return null;
end $$;
create trigger follow after insert or update on plan for each row execute function plan_follow();

create function plan_participant_follow() returns trigger language plpgsql as $$
begin
	perform plan_relate(new.plan_id);
	return null;
end $$;
create trigger follow after insert or update on plan_participant
	for each row execute function plan_participant_follow();

-- What a withdrawal ends: what agencies and relatives get, and each plan that rests on it.
create function consent_effects(c consent) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(e), '[]') from (
		select jsonb_build_object('effect', 'ACCESS_ENDS', 'agency_id', a.id, 'agency_name', a.name,
			'data_categories', to_jsonb((c).data_categories)) e
		from agency a where a.id = any ((c).to_agencies)
		union all
		select jsonb_build_object('effect', 'RELATIVE_ACCESS_ENDS', 'relation_id', (c).to_relation_id)
		where (c).to_relation_id is not null
		union all
		select jsonb_build_object('effect', 'PLAN_SUSPENDED', 'plan_id', p.id)
		from plan p where p.consent_id = (c).id and p.state in ('ACTIVE', 'UNDER_REVIEW')) x
$$;

-- The moment the consent ends, so does the sharing; a consent that takes another's place carries the plan on.
create function plan_consent_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
	heir uuid := case when new.state = 'SUPERSEDED' then (select c.id from consent c where c.supersedes = new.id
		and c.state = 'GRANTED' and c.type = new.type limit 1) end;
begin
	for p in select * from plan x where x.consent_id = new.id and plan_is_open(x.state) order by x.id for update loop
		if heir is not null then
			update plan set consent_id = heir where id = p.id;
		elsif p.state in ('ACTIVE', 'UNDER_REVIEW') then
			update plan set state = 'SUSPENDED' where id = p.id;
			perform job_event('plans', p.id, p.version + 1, 'suspend', p.state, 'SUSPENDED');
		end if;
	end loop;
	return null;
end $$;
create trigger suspend_plans after update of state on consent for each row
	when (old.state = 'GRANTED' and new.state in ('WITHDRAWN', 'EXPIRED', 'INVALIDATED', 'SUPERSEDED'))
	execute function plan_consent_follow();

-- Who has been followed up intensively since before this may have a treatment plan that is due for it.
create function intensive_review_before() returns timestamptz language sql stable as $$
	select clock_now() - make_interval(months => min(r.amount)) from deadline_rule r
	where r.code = 'PLAN_REVIEW' and r.severity = 'TREATMENT_INTENSIVE'
$$;

-- It is time to look at the plan again: it is under review, and its coordinator's unit has a task.
create function job_plan_reviews(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
	n int := 0;
begin
	for p in select x.* from plan x where x.id in (
			(select due.id from plan due where due.state = 'ACTIVE' and due.next_review_on <= clock_today()
				order by due.next_review_on limit batch)
			union all (select t.id from intensity_period i join plan t on t.patient_id = i.patient_id and t.kind = 'TREATMENT'
				and t.state = 'ACTIVE' and plan_review_due(t) <= clock_today()
				where i.level = 'INTENSIVE' and i.valid_to is null and i.valid_from <= intensive_review_before() limit batch))
		and x.state = 'ACTIVE' order by x.next_review_on limit batch for update of x skip locked
	loop
		update plan set state = 'UNDER_REVIEW' where id = p.id;
		perform job_event('plans', p.id, p.version + 1, 'open_review', 'ACTIVE', 'UNDER_REVIEW');
		insert into task (kind, title, patient_id, unit_id, agency_id, assignee_staff_id, due_at, entity, entity_id, source_key)
		values ('PLAN_REVIEW', 'Evaluer planen sammen med personen', p.patient_id, p.coordinator_unit_id,
			coalesce(p.coordinator_agency_id, p.owner_agency_id), p.coordinator_staff_id,
			(plan_review_due(p) + 1)::timestamp at time zone 'Europe/Oslo', 'plan', p.id,
			'plan_review:' || p.id || ':' || plan_review_due(p))
		on conflict (source_key) do nothing;
		n := n + 1;
	end loop;
	return n;
end $$;
revoke execute on function job_plan_reviews(int) from public;
insert into job (kind, call) values ('plan_reviews_opened', 'job_plan_reviews');

-- migrate:down
delete from job where call = 'job_plan_reviews';
drop trigger suspend_plans on consent;
drop function if exists job_plan_reviews, intensive_review_before, plan_consent_follow, plan_participant_follow, plan_follow, plan_relate,
	plan_apply, plan_step, plan_check, plan_sharing_is_covered, plan_is_changed, plan_publish cascade;
