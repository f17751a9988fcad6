-- The public's door to concern reports: no token, a receipt code of which only the hash is kept.

-- name: createPublicConcernReport
select concern_receipt_json(:new.receipt, :new.receipt_hash) as body, 201 as status
from concern_report_receive(:new.id::uuid, :body::jsonb, :new.receipt_hash)

-- name: createPublicConcernReport.replay
-- the same key and body make the same code again
select concern_receipt_json(:new.receipt, :new.receipt_hash) as body

-- name: getPublicConcernReportStatus
-- the hash of the receipt in the body, once it is read as people type it
select json_build_object('status', c.word, 'text_nb', case c.word when 'RECEIVED' then 'Mottatt'
		when 'BEING_HANDLED' then 'Under behandling' else 'Avsluttet' end,
	'text_en', case c.word when 'RECEIVED' then 'Received' when 'BEING_HANDLED' then 'Being handled' else 'Closed' end) as body
from concern_receipt(:new.receipt_hash) c
