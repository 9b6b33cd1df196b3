-- Each case of a list: associations there, companies with places to give, those places, and open needs. What a case
-- does not give (null) leaves nobody out. An association without a published ask accepts any kind it does not refuse.
-- Gathered are only the causes and places that a case names, and, when all cases name some, only who has one of them:
-- any_cause, anywhere say that one of the cases leaves these open.
WITH cases AS (
  SELECT *
  FROM jsonb_to_recordset(%(cases)s)
    AS one (number integer, causes bigint[], here bigint[], around bigint[], kinds text[])
),

asked AS MATERIALIZED (
  SELECT project.association_id, array_agg(ask.kind)::text[] AS kinds
  FROM associations_ask AS ask
  JOIN associations_project AS project ON project.id = ask.project_id
  WHERE project.status = 'published' AND (project.paused_until IS NULL OR project.paused_until < %(today)s)
  GROUP BY project.association_id
),

acting AS MATERIALIZED (
  SELECT association_id, array_agg(territory_id) AS places
  FROM associations_association_territories
  WHERE territory_id IN (SELECT unnest(here) FROM cases)
  GROUP BY association_id
),

speaking AS MATERIALIZED (
  SELECT association_id, array_agg(cause_id) AS causes
  FROM associations_association_causes
  WHERE cause_id IN (SELECT unnest(causes) FROM cases)
  GROUP BY association_id
),

associations AS MATERIALIZED (
  SELECT
    coalesce(speaking.causes, '{}') AS causes,
    acting.places || organisation.department_id AS places,
    association.refused_kinds::text[] AS refused,
    asked.kinds AS asked
  FROM associations_association AS association
  JOIN accounts_organisation AS organisation ON organisation.id = association.organisation_id
  LEFT JOIN speaking ON speaking.association_id = association.id
  LEFT JOIN acting ON acting.association_id = association.id
  LEFT JOIN asked ON asked.association_id = association.id
  WHERE organisation.status = 'checked'
    AND (association.stance = 'open' OR association.stance = 'paused' AND association.paused_until < %(today)s)
    AND (%(any_cause)s OR speaking.causes IS NOT NULL)
    AND (
      %(anywhere)s
      OR acting.places IS NOT NULL
      OR organisation.department_id IN (SELECT unnest(here) FROM cases)
    )
),

supporting AS MATERIALIZED (
  SELECT policy_id, array_agg(cause_id) AS causes
  FROM companies_policy_causes
  WHERE cause_id IN (SELECT unnest(causes) FROM cases)
  GROUP BY policy_id
),

giving AS MATERIALIZED (
  SELECT policy_id, array_agg(territory_id) AS places
  FROM companies_policy_territories
  WHERE territory_id IN (SELECT unnest(around) FROM cases)
  GROUP BY policy_id
),

companies AS MATERIALIZED (
  SELECT
    coalesce(supporting.causes, '{}') AS causes,
    coalesce(giving.places, '{}') AS places,
    policy.kinds::text[] AS kinds,
    policy.monthly_capacity AS capacity,
    greatest(policy.monthly_capacity - coalesce(month.spent, 0), 0) AS left_of_month
  FROM companies_policy AS policy
  JOIN companies_company AS company ON company.id = policy.company_id
  JOIN accounts_organisation AS organisation ON organisation.id = company.organisation_id
  LEFT JOIN supporting ON supporting.policy_id = policy.company_id
  LEFT JOIN giving ON giving.policy_id = policy.company_id
  LEFT JOIN partnerships_attentionmonth AS month
    ON month.company_id = company.id AND month.month = %(month)s
  WHERE organisation.kind = 'company' AND organisation.status = 'checked' AND policy.monthly_capacity > 0
    AND (%(any_cause)s OR supporting.causes IS NOT NULL)
    AND (%(anywhere)s OR giving.places IS NOT NULL)
),

about AS MATERIALIZED (
  SELECT need_id, array_agg(cause_id) AS causes
  FROM companies_need_causes
  WHERE cause_id IN (SELECT unnest(causes) FROM cases)
  GROUP BY need_id
),

around AS MATERIALIZED (
  SELECT need_id, array_agg(territory_id) AS places FROM companies_need_territories GROUP BY need_id
),

-- Where its company gives is the place of a need that names none.
unsaid AS MATERIALIZED (
  SELECT policy_id, array_agg(territory_id) AS places FROM companies_policy_territories GROUP BY policy_id
),

needs AS MATERIALIZED (
  SELECT
    need.kind,
    coalesce(about.causes, '{}') AS causes,
    coalesce(around.places, unsaid.places, '{}') AS places
  FROM companies_need AS need
  JOIN companies_company AS company ON company.id = need.company_id
  JOIN accounts_organisation AS organisation ON organisation.id = company.organisation_id
  LEFT JOIN companies_policy AS door ON door.company_id = company.id
  LEFT JOIN about ON about.need_id = need.id
  LEFT JOIN around ON around.need_id = need.id
  LEFT JOIN unsaid ON unsaid.policy_id = need.company_id
  WHERE organisation.kind = 'company' AND organisation.status = 'checked'
    AND need.status = 'published'
    AND door.monthly_capacity IS DISTINCT FROM 0
    AND (%(any_cause)s OR about.causes IS NOT NULL)
    AND (need.deadline IS NULL OR need.deadline >= %(today)s)
)

SELECT there.found, given.found, wanted.found, given.capacity, given.left_of_month
FROM cases
CROSS JOIN LATERAL (
  SELECT count(*) AS found
  FROM associations AS association
  WHERE (cases.causes IS NULL OR association.causes && cases.causes)
    AND (cases.here IS NULL OR association.places && cases.here)
    AND (
      cases.kinds IS NULL
      OR EXISTS (
        SELECT FROM unnest(cases.kinds) AS kind
        WHERE kind <> ALL(association.refused) AND (association.asked IS NULL OR kind = ANY(association.asked))
      )
    )
) AS there
CROSS JOIN LATERAL (
  SELECT
    count(*) AS found,
    coalesce(sum(company.capacity), 0) AS capacity,
    coalesce(sum(company.left_of_month), 0) AS left_of_month
  FROM companies AS company
  WHERE (cases.causes IS NULL OR company.causes && cases.causes)
    AND (cases.around IS NULL OR company.places && cases.around)
    AND (cases.kinds IS NULL OR company.kinds && cases.kinds)
) AS given
CROSS JOIN LATERAL (
  SELECT count(*) AS found
  FROM needs AS need
  WHERE (cases.causes IS NULL OR need.causes && cases.causes)
    AND (cases.around IS NULL OR need.places = '{}' OR need.places && cases.around)
    AND (cases.kinds IS NULL OR need.kind = ANY(cases.kinds))
) AS wanted
ORDER BY cases.number
