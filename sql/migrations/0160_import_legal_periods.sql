-- migrate:up
-- Legal grounds out of extracts (interop.md §4.3, §5.4). A row says on what ground a person stays from a time on, in a
-- stay that the same system has told of or in the one that the time falls into. Periods of a stay leave no gap: what a row
-- says is laid over what stood there, and never over what another row has said.

create function import_legal_stay(b import_batch, d import_row, begins timestamptz, ends timestamptz) returns admission
language plpgsql as $$
declare
	j jsonb := d.raw;
	a admission;
begin
	if j ? 'admission_source_id' then
		select x.* into a from import_source c join import_origin o on o.source = c.id and o.external_id = j ->> 'admission_source_id'
			join admission x on x.id = o.entity_id
		where c.agency_id = b.agency_id and c.type = 'admissions' and c.system = j ->> 's' for update of x;
	else
		select * into a from admission x where x.patient_id = d.patient_id and x.owner_agency_id = b.agency_id
			and x.state not in ('PLANNED', 'CANCELLED', 'ENTERED_IN_ERROR') and x.admitted_at < coalesce(ends, 'infinity')
			and coalesce(x.ended_at, 'infinity') > begins
		order by x.admitted_at limit 1 for update;
	end if;
	perform import_refuse_unless(a.id is not null and a.state not in ('PLANNED', 'CANCELLED', 'ENTERED_IN_ERROR'), 'ADMISSION_UNKNOWN'),
		import_refuse_unless(a.patient_id = d.patient_id, 'OTHER_PERSON');
	return a;
end $$;

-- The periods of a stay that a row of an extract has said, and until when it said so.
create function import_legal_told(admission uuid) returns table (id uuid, valid_from timestamptz, said_to timestamptz)
language sql stable as $$
	select p.id, p.valid_from, (o.facts ->> 'to_at')::timestamptz
	from legal_period p join import_origin o on o.entity_id = p.id and not o.removed where p.admission_id = admission
$$;

-- What holds after a row's period has ended, as far as anybody has said it.
create function import_legal_rest(a admission, covering legal_period, begins timestamptz) returns text language sql stable as $$
	select coalesce((select nullif(import_legal_kind(o.facts ->> 'legal_basis_at_discharge'), 'NOT_STATED')
			from import_origin o where o.entity_id = a.id and not o.removed order by o.told_at desc limit 1),
		case when (covering).valid_from < begins then (covering).kind else 'NOT_STATED' end)
$$;

-- From `begins` until `ends` (null: as long as nothing else is said) the ground is `ground`; gives the period.
create function import_legal_lay(a admission, fresh uuid, begins timestamptz, ends timestamptz, ground text) returns uuid
language plpgsql as $$
declare
	c legal_period;
	n legal_period;
	rest text;
	stop timestamptz := coalesce(ends, (select min(t.valid_from) from import_legal_told(a.id) t where t.valid_from > begins), 'infinity');
begin
	select * into c from legal_period p where p.admission_id = a.id and p.valid_from <= begins
		and (coalesce(p.valid_to, 'infinity') > begins or p.valid_from = begins) order by p.valid_from desc limit 1;
	perform import_refuse_unless(c.id is not null, 'OUTSIDE_STAY'),
		import_refuse_unless(not exists (select 1 from import_legal_told(a.id) t where (t.valid_from >= begins and t.valid_from < stop)
			or (t.valid_from < begins and t.said_to > begins)), 'LEGAL_PERIODS_OVERLAP');
	rest := import_legal_rest(a, c, begins);
	if c.valid_from < begins then
		update legal_period p set valid_to = begins where p.id = c.id;
		insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to)
		values (fresh, a.id, a.patient_id, ground, begins, c.valid_to);
		c.id := fresh;
	else
		update legal_period p set kind = ground where p.id = c.id and p.kind <> ground;
	end if;
	for n in select * from legal_period p where p.admission_id = a.id and p.valid_from >= begins and p.valid_from < stop
		order by p.valid_from
	loop
		if coalesce(n.valid_to, 'infinity') > stop then
			update legal_period p set valid_to = stop where p.id = n.id;
			insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to)
			values (clock_uuid(), a.id, a.patient_id, case when n.id = c.id then rest else n.kind end, stop, n.valid_to);
		end if;
		update legal_period p set kind = ground where p.id = n.id and p.kind <> ground;
	end loop;
	return c.id;
end $$;

-- The row no longer says it: the ground before it goes on.
create function import_legal_take_back(thing uuid, why text) returns void language sql as $$
	update legal_period p set kind = coalesce((select x.kind from legal_period x where x.admission_id = p.admission_id
			and x.valid_to = p.valid_from and x.id <> p.id order by x.valid_from desc limit 1), 'NOT_STATED'), note = why
	where p.id = thing
$$;

-- Compulsory care without overnight stay is no ground of a stay, but a decision.
create function import_legal_decision(b import_batch, d import_row, thing uuid, begins timestamptz, ends timestamptz) returns uuid
language plpgsql as $$
declare
	j jsonb := d.raw;
	c coercion_decision;
begin
	c.id := coalesce(thing, d.id);
	c.lapses_at := coercion_lapse('TPH_OUTPATIENT', begins, null, '');
	c.ended_at := case when ends <= clock_now() then ends when c.lapses_at <= clock_now() then c.lapses_at end;
	c.state := case when c.ended_at is null then 'RUNNING' when c.ended_at = ends then 'ENDED' else 'LAPSED' end;
	c.control_due_at := least(coalesce((j ->> 'control_due')::timestamptz, coercion_control_due(begins, c.lapses_at)), c.lapses_at);
	c.decided_by := coalesce('HPR ' || (j ->> 'decided_by_hpr'), j ->> 's');
	if thing is null then
		insert into coercion_decision (id, patient_id, owner_agency_id, type, state, decided_at, decided_by, reference, valid_from,
			lapses_at, control_due_at, ended_at, end_reason)
		values (c.id, d.patient_id, b.agency_id, 'TPH_OUTPATIENT', c.state, coalesce((j ->> 'decided_at')::timestamptz, begins),
			c.decided_by, j ->> 'decision_id', begins, c.lapses_at, c.control_due_at, c.ended_at,
			case when c.ended_at is not null then 'Avsluttet i ' || (j ->> 's') end);
	else
		update coercion_decision x set state = c.state, decided_at = coalesce((j ->> 'decided_at')::timestamptz, begins),
			decided_by = c.decided_by, reference = j ->> 'decision_id', valid_from = begins, lapses_at = c.lapses_at,
			control_due_at = c.control_due_at, ended_at = c.ended_at,
			end_reason = case when c.ended_at is not null then 'Avsluttet i ' || (j ->> 's') end
		where x.id = thing;
	end if;
	return c.id;
end $$;

create function import_legal_end(d import_row, thing uuid) returns void language plpgsql as $$
declare
	why text := 'Trukket tilbake i ' || (d.raw ->> 's');
begin
	perform import_legal_take_back(thing, why);
	update coercion_decision x set state = 'ENDED', ended_at = greatest(clock_now(), x.valid_from), end_reason = why
	where x.id = thing and x.state = 'RUNNING';
end $$;

create function import_legal_periods_write(b import_batch, d import_row, thing uuid) returns uuid language plpgsql as $$
declare
	j jsonb := d.raw;
	begins timestamptz := (j ->> 'from_at')::timestamptz;
	ends timestamptz := (j ->> 'to_at')::timestamptz;
	stays boolean := import_legal_kind(j ->> 'basis') <> 'NOT_STATED' and (j ->> 'without_overnight_stay')::boolean is not true;
	a admission;
begin
	if d.o = 'delete' then
		perform import_legal_end(d, thing);
		return thing;
	end if;
	perform import_refuse_unless(begins <= clock_now() + interval '1 minute', 'IN_THE_FUTURE'),
		import_refuse_unless(coalesce(ends > begins, true), 'ENDS_BEFORE_IT_BEGINS');
	if not stays then
		perform import_legal_take_back(thing, null);
		return import_legal_decision(b, d, (select x.id from coercion_decision x where x.id = thing), begins, ends);
	end if;
	a := import_legal_stay(b, d, begins, ends);
	perform import_refuse_unless(begins < coalesce(a.ended_at, 'infinity') and coalesce(ends > a.admitted_at, true), 'OUTSIDE_STAY');
	if thing is not null then
		perform import_legal_end(d, thing);
		update import_origin o set removed = true where o.source = d.source and o.external_id = d.i; -- until it is written anew
	end if;
	-- an end that is still to come is none yet; what reaches beyond the stay ends with it
	return import_legal_lay(a, d.id, greatest(begins, a.admitted_at), case when ends < least(a.ended_at, clock_now()) then ends end,
		import_legal_kind(j ->> 'basis'));
end $$;

-- A stay has been told of, or entered: rows that wait for it are taken now.
create function import_stays_told() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if exists (select 1 from import_parked p where p.stay is not null) then
		update import_parked p set ready = true where p.stay in (
			select k.awaited from fresh f join import_source c on c.id = f.source and c.type = 'admissions'
			cross join lateral (values (c.agency_id || ' ' || c.system || ' ' || f.external_id),
				(c.agency_id || ' ' || f.patient_id)) k (awaited));
	end if;
	return null;
end $$;
create trigger stays_told after insert on import_origin referencing new table as fresh for each statement
	execute function import_stays_told();

create function import_stay_entered() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform import_lock_persons(array[new.patient_id]);
	if exists (select 1 from import_parked p where p.stay is not null) then
		update import_parked p set ready = true where p.stay in (
			select new.owner_agency_id || ' ' || new.patient_id
			union all select c.agency_id || ' ' || c.system || ' ' || o.external_id
			from import_origin o join import_source c on c.id = o.source where o.entity_id = new.id);
	end if;
	return null;
end $$;
create trigger stay_entered after insert or update of state, admitted_at, ended_at on admission for each row
	when (new.admitted_at is not null and coalesce(current_setting('app.many', true), '') = '')
	execute function import_stay_entered();

insert into import_verdict (code, counted, field, message) values
	('ADMISSION_UNKNOWN', 'parked', 'admission_source_id', 'no stay with this key, or at this time, is known; the row is kept 30 days'),
	('OUTSIDE_STAY', 'rejected', 'from_at', 'is not within the stay'),
	('LEGAL_PERIODS_OVERLAP', 'rejected', 'from_at', 'another row has told of another ground at this time');

-- migrate:down
delete from import_verdict where code in ('ADMISSION_UNKNOWN', 'OUTSIDE_STAY', 'LEGAL_PERIODS_OVERLAP');
drop trigger stay_entered on admission;
drop trigger stays_told on import_origin;
drop function if exists import_stay_entered, import_stays_told, import_legal_periods_write, import_legal_end, import_legal_decision, import_legal_take_back,
	import_legal_lay, import_legal_rest, import_legal_told, import_legal_stay cascade;
