-- Statements around a FHIR write; the daemon knows them by name.

-- name: fhir_find
select cardinality(f.things) as count, f.things[1] as id,
	show_all(array(select a.patient_id from admission a where a.id = any (f.things))) as noted
from (select admissions_identified(:given::jsonb ->> 'system', :given::jsonb ->> 'code') as things offset 0) f

-- name: fhir_identify
select admission_identify(:new.id::uuid, (:body::jsonb ->> 'patient_id')::uuid, :given::jsonb) as done

-- name: fhir_again_keep
insert into idempotency (scope, key, request_hash, status, answer)
select s.scope, :idempotency.key, :idempotency.hash, 200, :given::jsonb
from (select set_config('app.idempotency_scope', :idempotency.scope, true) as scope offset 0) s

-- name: fhir_subscription_end
select fhir_end_subscription(:path.id::uuid) as done
