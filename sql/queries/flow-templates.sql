-- How a person's way should go.

-- name: listFlowTemplates
select l.body, l.next
from list_page(array(
	select (flow_template_json(t), cursor_at(to_json(t.created_at) #>> '{}', t.id::text), null)::list_item
	from flow_template t
	where (:query.unit_id::text is null or t.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or t.state = :query.status)
		and (:query.cursor::text is null
			or (t.created_at, t.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by t.created_at desc, t.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createFlowTemplate
select flow_template_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getFlowTemplate
select flow_template_json(t) as body, t.version as etag, t.state, flow_template_facts(t) as facts
from flow_template t where t.id = :path.id::uuid

-- name: updateFlowTemplate
select flow_template_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: flow-templates.lock
select t.state, t.version, flow_template_facts(t) as facts from flow_template t where t.id = :path.id::uuid for update of t

-- name: flow-templates.apply
select flow_template_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
