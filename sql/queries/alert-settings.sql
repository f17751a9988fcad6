-- Alerts by e-mail without content; rules stand in migration 0130.

-- name: listAlertSettings
select coalesce(json_agg(alert_setting_json(s) order by s.created_at, s.id), '[]') as body from alert_setting s

-- name: createAlertSetting
select alert_setting_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getAlertSetting
select alert_setting_json(s) as body, s.version as etag from alert_setting s where s.id = :path.id::uuid

-- name: deleteAlertSetting
with gone as (delete from alert_setting s where s.id = :path.id::uuid and s.version::text = :header.if_match returning s.id)
select expect_one(count(*), 'alert_setting', :path.id::uuid, :header.if_match), 204 as status from gone
