-- migrate:up
-- What policies on persons' things have in common. A policy says its conditions as they stand: a function there could use
-- no index, and reads would cost twice as much (measured). So the text is put in here, and each rule is written once.

-- A policy for reading, in whose condition stands for
--   {related}           the caller's units stand in relation to the row's person
--   {related_as_gated}  the same, but with the gate p through a plan alone
--   {not_objected}      the person has not closed the row to the caller: all of the record, the resource, or this thing
create function install_read_policy(target regclass, resource text, condition text) returns void language plpgsql as $policy$
declare
	related text := $$exists (select 1 from care_relation c where c.patient_id = %1$s.patient_id
		and c.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())%2$s)$$;
	through_plan text := $$ and (c.basis = 'PLAN' or strpos(coalesce(current_setting('app.gates', true), ''), 'p') = 0)$$;
	not_objected text := $$not exists (select 1 from objection o where o.patient_id = %1$s.patient_id and o.state = 'ACTIVE'
		and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and %2$L = any (o.resource_types))
			or (o.scope = 'ITEMS' and %1$s.id = any (o.item_ids)))
		and (o.against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
				nullif(current_setting('app.staff_id', true), '')::uuid)
			or o.against_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
			or current_setting('app.role', true) = any (o.against_roles)))$$;
begin
	condition := replace(condition, '{related}', format(related, target, ''));
	condition := replace(condition, '{related_as_gated}', format(related, target, through_plan));
	condition := replace(condition, '{not_objected}', format(not_objected, target, resource));
	execute format('create policy %I on %s for select using (%s)', target::text || '_read', target, condition);
end $policy$;

-- Beside a policy for whom the gate has admitted: rows for lists that name nobody. Who needs a consent names the person.
create function install_related_policy(target regclass, resource text) returns void language sql as $$
	select install_read_policy(target, resource,
		'strpos(coalesce(current_setting(''app.gates'', true), ''''), ''c'') = 0 and {related_as_gated} and {not_objected}')
$$;

-- migrate:down
drop function if exists install_related_policy, install_read_policy;
