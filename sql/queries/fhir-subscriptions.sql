-- What a Subscription has over FHIR beside what all types have.

-- name: fhirSubscriptionStatus
select fhir_subscription_asked(:path.id::uuid, :fhir.base) as body
