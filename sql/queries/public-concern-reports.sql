-- The public's door to concern reports: no token, a receipt code of which only the hash is kept.

-- name: createPublicConcernReport
select json_build_object('receipt', :new.receipt::text, 'status', 'RECEIVED', 'received_at', clock_now(),
		'notice', case when :body::jsonb ->> 'type' = 'ACUTE' then emergency_notice() end,
		'text_nb', 'Meldingen er mottatt. Ta vare på koden: bare med den kan du se hvor saken står.') as body,
	201 as status
from concern_report_receive(:new.id::uuid, :body::jsonb, :new.receipt_hash)

-- name: getPublicConcernReportStatus
select json_build_object('status', w.word, 'text_nb', case w.word when 'RECEIVED' then 'Mottatt'
		when 'BEING_HANDLED' then 'Under behandling' else 'Avsluttet' end,
	'text_en', case w.word when 'RECEIVED' then 'Received' when 'BEING_HANDLED' then 'Being handled' else 'Closed' end) as body
from (select concern_receipt_status(encode(sha256(convert_to(:body::jsonb ->> 'receipt', 'UTF8')), 'hex')) as word) w
where w.word is not null
