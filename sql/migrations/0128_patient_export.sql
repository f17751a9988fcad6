-- migrate:up
-- The head of a person's own export: for whom, when, and what is withheld from it. The rest are the answers of the
-- operations that the contract names (x-parts of exportPatient), asked as the person asks them.

-- What the law keeps from the person, by kind and number. Owner's rights: who is protected stands in rows that the
-- person may not read; only the count leaves.
create function export_withheld(person uuid) returns jsonb language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(jsonb_agg(jsonb_build_object('resource', w.resource, 'reason', w.reason, 'count', w.n) order by w.resource), '[]')
	from (
		select 'concern-reports' as resource, 'PROTECTED_SENDER' as reason, count(*) as n from concern_report r
		join concern_sender s on s.report_id = r.id
		where r.patient_id = person and (s.identity_protected or (s.protection_wanted and s.protection_decided_at is null))
		union all
		select 'risk-flags', 'TEXT_WITHHELD', count(*) from risk_flag f where f.patient_id = person and f.withheld_reason is not null
		union all
		select 'data-subject-requests', 'INTERNAL_OPINION', count(*) from data_subject_request d
		where d.patient_id = person and d.opinion is not null) w
	where w.n > 0
$$;

-- For the person and who represents them by law; a relative with a consent reads what it covers, and takes out nothing.
create function export_head(person uuid) returns jsonb language plpgsql as $$
begin
	perform raise_unless(coalesce(current_setting('app.basis', true), '') in ('SELF', 'LEGAL_REPRESENTATIVE'), 403, 'forbidden');
	return jsonb_build_object('patient_id', person, 'made_at', clock_now(), 'withheld', export_withheld(person));
end $$;

-- migrate:down
drop function if exists export_head, export_withheld cascade;
