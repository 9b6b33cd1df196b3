-- The waits of a period, in seconds, by cause, territory and kind: one line per figure, dimension and group.
-- `counted` is everybody concerned, `ended` those whose wait is over, `missed` those the figure is sorry about.
-- Percentiles are of the waits that ended. An empty key gathers those that say no cause or no place.
WITH settings AS MATERIALIZED (
  SELECT
    %(since)s::timestamptz AS since,
    (SELECT id FROM django_content_type WHERE app_label = 'accounts' AND model = 'organisation') AS organisation,
    (SELECT id FROM django_content_type WHERE app_label = 'partnerships' AND model = 'introduction') AS introduction
),

signed_up AS (
  SELECT organisation.id, organisation.kind, organisation.created_at
  FROM accounts_organisation AS organisation
  CROSS JOIN settings
  WHERE organisation.origin = 'sign_up'
    AND organisation.kind IN ('association', 'company')
    AND organisation.created_at >= settings.since
    AND EXISTS (SELECT FROM accounts_membership AS membership WHERE membership.organisation_id = organisation.id)
),

waits AS (
  -- From the sign-up to the welcome, which is the first real answer.
  SELECT
    'answer' AS figure,
    signed_up.id AS organisation_id,
    ARRAY[signed_up.kind]::text[] AS kinds,
    EXTRACT(EPOCH FROM welcome.at - signed_up.created_at)::float AS seconds,
    false AS missed
  FROM signed_up
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(mail.sent_at) AS at
    FROM mail_outgoingmail AS mail
    WHERE mail.subject_type_id = settings.organisation
      AND mail.subject_id = signed_up.id
      AND mail.notification IN ('matching.welcome', 'matching.company_welcome')
  ) AS welcome

  UNION ALL

  -- From the sign-up to the first look of a person: checked, or told what is missing.
  SELECT
    'check',
    signed_up.id,
    ARRAY[signed_up.kind]::text[],
    EXTRACT(EPOCH FROM look.at - signed_up.created_at)::float,
    false
  FROM signed_up
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(line.at) AS at
    FROM workflow_transitionrecord AS line
    WHERE line.subject_type_id = settings.organisation
      AND line.subject_id = signed_up.id
      AND line.verb IN ('check', 'ask_for_changes')
  ) AS look

  UNION ALL

  -- From a request to its first answer, whichever it is; missed when it was released without one.
  SELECT
    'introduction',
    association.organisation_id,
    ARRAY[introduction.kind]::text[],
    EXTRACT(EPOCH FROM answer.at - introduction.requested_at)::float,
    answer.at IS NULL AND answer.released
  FROM partnerships_introduction AS introduction
  JOIN associations_association AS association ON association.id = introduction.association_id
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT
      min(line.at) FILTER (WHERE line.verb IN ('accept', 'postpone', 'decline')) AS at,
      coalesce(bool_or(line.verb = 'release'), false) AS released
    FROM workflow_transitionrecord AS line
    WHERE line.subject_type_id = settings.introduction AND line.subject_id = introduction.id
  ) AS answer
  WHERE introduction.requested_at >= settings.since

  UNION ALL

  -- No wait to measure: associations that may be presented, and those that were not.
  SELECT 'attention', eligible.organisation_id, sought.kinds, NULL, eligible.missed
  FROM unnest(%(eligible)s::uuid[], %(missed)s::boolean[]) AS eligible (organisation_id, missed)
  LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT ask.kind)::text[] AS kinds
    FROM associations_association AS association
    JOIN associations_project AS project ON project.association_id = association.id AND project.status = 'published'
    JOIN associations_ask AS ask ON ask.project_id = project.id
    WHERE association.organisation_id = eligible.organisation_id
  ) AS sought ON true
),

causes AS (
  SELECT association.organisation_id, cause.slug
  FROM associations_association_causes AS linked
  JOIN associations_association AS association ON association.id = linked.association_id
  JOIN reference_cause AS cause ON cause.id = linked.cause_id

  UNION ALL

  SELECT company.organisation_id, cause.slug
  FROM companies_policy_causes AS linked
  JOIN companies_company AS company ON company.id = linked.policy_id
  JOIN reference_cause AS cause ON cause.id = linked.cause_id
),

grouped AS (
  SELECT waits.figure, 'all' AS dimension, '' AS key, waits.seconds, waits.missed FROM waits

  UNION ALL

  SELECT waits.figure, 'cause', coalesce(causes.slug, ''), waits.seconds, waits.missed
  FROM waits
  LEFT JOIN causes ON causes.organisation_id = waits.organisation_id

  UNION ALL

  SELECT waits.figure, 'kind', coalesce(kinds.kind, ''), waits.seconds, waits.missed
  FROM waits
  LEFT JOIN LATERAL unnest(waits.kinds) AS kinds (kind) ON true

  UNION ALL

  SELECT waits.figure, place.dimension, coalesce(place.code, ''), waits.seconds, waits.missed
  FROM waits
  JOIN accounts_organisation AS organisation ON organisation.id = waits.organisation_id
  LEFT JOIN reference_territory AS department ON department.id = organisation.department_id
  LEFT JOIN reference_territory AS region ON region.id = department.parent_id AND region.level = 'region'
  CROSS JOIN LATERAL (
    VALUES ('department', department.code), ('region', coalesce(region.code, department.code))
  ) AS place (dimension, code)
)

SELECT
  figure,
  dimension,
  key,
  count(*) AS counted,
  count(seconds) AS ended,
  count(*) FILTER (WHERE missed) AS missed,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS half,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS nine_in_ten
FROM grouped
GROUP BY figure, dimension, key
