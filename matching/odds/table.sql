-- Each cause by each kind: associations open to companies that accept the kind, companies that give it, places
-- left this month, open needs. An association without a published ask accepts any kind that it does not refuse.
WITH kinds (kind) AS (SELECT unnest(%(kinds)s::text[])),

asked AS MATERIALIZED (
  SELECT project.association_id, array_agg(DISTINCT ask.kind ORDER BY ask.kind)::text[] AS kinds
  FROM associations_ask AS ask
  JOIN associations_project AS project ON project.id = ask.project_id
  WHERE project.status = 'published' AND (project.paused_until IS NULL OR project.paused_until < %(today)s)
  GROUP BY project.association_id
),

-- Those that say the same are counted once, before each kind is looked at.
alike AS (
  SELECT linked.cause_id, association.refused_kinds::text[] AS refused, asked.kinds AS asked, count(*) AS found
  FROM associations_association AS association
  JOIN accounts_organisation AS organisation ON organisation.id = association.organisation_id
  JOIN associations_association_causes AS linked ON linked.association_id = association.id
  LEFT JOIN asked ON asked.association_id = association.id
  WHERE organisation.status = 'checked'
    AND (association.stance = 'open' OR association.stance = 'paused' AND association.paused_until < %(today)s)
  GROUP BY linked.cause_id, refused, asked.kinds
),

associations AS (
  SELECT alike.cause_id, kinds.kind, sum(alike.found) AS found
  FROM alike
  JOIN kinds ON kinds.kind <> ALL(alike.refused) AND (alike.asked IS NULL OR kinds.kind = ANY(alike.asked))
  GROUP BY alike.cause_id, kinds.kind
),

companies AS (
  SELECT
    linked.cause_id,
    kinds.kind,
    count(*) AS found,
    sum(greatest(policy.monthly_capacity - coalesce(month.spent, 0), 0)) AS left_of_month
  FROM companies_policy AS policy
  JOIN companies_company AS company ON company.id = policy.company_id
  JOIN accounts_organisation AS organisation ON organisation.id = company.organisation_id
  JOIN companies_policy_causes AS linked ON linked.policy_id = policy.company_id
  JOIN kinds ON kinds.kind = ANY(policy.kinds::text[])
  LEFT JOIN partnerships_attentionmonth AS month
    ON month.company_id = company.id AND month.month = %(month)s
  WHERE organisation.status = 'checked' AND policy.monthly_capacity > 0
  GROUP BY linked.cause_id, kinds.kind
),

needs AS (
  SELECT linked.cause_id, need.kind, count(*) AS found
  FROM companies_need AS need
  JOIN companies_company AS company ON company.id = need.company_id
  JOIN accounts_organisation AS organisation ON organisation.id = company.organisation_id
  JOIN companies_need_causes AS linked ON linked.need_id = need.id
  LEFT JOIN companies_policy AS door ON door.company_id = company.id
  WHERE organisation.status = 'checked'
    AND need.status = 'published'
    AND door.monthly_capacity IS DISTINCT FROM 0
    AND (need.deadline IS NULL OR need.deadline >= %(today)s)
  GROUP BY linked.cause_id, need.kind
)

SELECT
  cause.id,
  kinds.kind,
  coalesce(associations.found, 0),
  coalesce(companies.found, 0),
  coalesce(companies.left_of_month, 0),
  coalesce(needs.found, 0)
FROM reference_cause AS cause
CROSS JOIN kinds
LEFT JOIN associations ON associations.cause_id = cause.id AND associations.kind = kinds.kind
LEFT JOIN companies ON companies.cause_id = cause.id AND companies.kind = kinds.kind
LEFT JOIN needs ON needs.cause_id = cause.id AND needs.kind = kinds.kind
