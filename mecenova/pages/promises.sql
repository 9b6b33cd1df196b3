-- Each thing that was promised to somebody, once it is settled: (part, kept, day). What is read of it follows.
-- What is not yet due, and what lost its object before it was due, is not here. Days are those of Paris.
-- A promised day is kept until its evening. mecenova/pages/promises.py says each definition in words.
WITH settings AS MATERIALIZED (
  SELECT
    %(now)s::timestamptz AS now,
    (%(now)s::timestamptz AT TIME ZONE 'Europe/Paris')::date AS today,
    (SELECT id FROM django_content_type WHERE app_label = 'accounts' AND model = 'organisation') AS organisation,
    (SELECT id FROM django_content_type WHERE app_label = 'partnerships' AND model = 'introduction') AS introduction,
    (SELECT id FROM django_content_type WHERE app_label = 'matching' AND model = 'suggestion') AS suggestion,
    (SELECT id FROM django_content_type WHERE app_label = 'matching' AND model = 'diagnosis') AS diagnosis
),

-- What tells somebody something: a mail that has not failed and that no broken address holds back.
telling AS NOT MATERIALIZED (
  SELECT id, subject_type_id, subject_id, notification, created_at
  FROM mail_outgoingmail
  WHERE status <> 'failed' AND NOT (status = 'cancelled' AND last_error = 'this address no longer receives')
),

-- 2, first half: the welcome of a sign-up.
welcomes AS (
  SELECT
    'welcome' AS part,
    coalesce(welcome.sent_at <= organisation.created_at + interval '1 hour', false) AS kept,
    (organisation.created_at AT TIME ZONE 'Europe/Paris')::date AS day
  FROM accounts_organisation AS organisation
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(mail.sent_at) AS sent_at
    FROM mail_outgoingmail AS mail
    WHERE mail.subject_type_id = settings.organisation
      AND mail.subject_id = organisation.id
      AND mail.notification IN ('matching.welcome', 'matching.company_welcome')
  ) AS welcome
  WHERE organisation.origin = 'sign_up'
    AND organisation.kind IN ('association', 'company')
    AND (
      welcome.sent_at <= organisation.created_at + interval '1 hour'
      OR (
        organisation.created_at + interval '1 hour' < settings.now
        AND (organisation.left_at IS NULL OR organisation.left_at > organisation.created_at + interval '1 hour')
        AND EXISTS (
          SELECT FROM accounts_membership AS membership WHERE membership.organisation_id = organisation.id
        )
      )
    )
),

-- The steps whose deadline is a promise: one row per subject and cycle, with the deadline people were told.
-- The call that takes over from a presentation counts from the same moment: the promise goes on until it is made.
owed AS (
  SELECT
    step.rule,
    step.subject_id,
    min(step.since) AS since,
    (
      CASE step.rule
        -- The team's own delay: later occurrences apologise, they give no more time.
        WHEN 'accounts.staff_check' THEN (array_agg(step.deadline ORDER BY step.occurrence))[1]
        -- Absences said meanwhile stop the clock: the last deadline written is the one shown.
        ELSE max(step.deadline) FILTER (WHERE NOT step.takes_over)
      END AT TIME ZONE 'Europe/Paris'
    )::date AS deadline,
    -- A request that nobody answered is released once its last day is over: on the day its step comes due.
    (
      max(step.due_at) FILTER (WHERE step.rule = 'partnerships.answer') AT TIME ZONE 'Europe/Paris'
    )::date AS released_by,
    (
      CASE WHEN NOT bool_or(step.outcome = 'open') THEN max(step.closed_at) END AT TIME ZONE 'Europe/Paris'
    )::date AS ended
  FROM (
    SELECT
      CASE rule WHEN 'associations.call_after_silence' THEN 'associations.presentation' ELSE rule END AS rule,
      rule = 'associations.call_after_silence' AS takes_over,
      CASE
        WHEN rule IN ('associations.presentation', 'associations.call_after_silence') THEN since::text
        ELSE cycle::text
      END AS turn,
      subject_id, since, due_at, deadline, occurrence, outcome, closed_at
    FROM agenda_followup
    WHERE rule IN (
      'accounts.staff_check', 'partnerships.answer', 'associations.presentation', 'associations.call_after_silence'
    )
  ) AS step
  GROUP BY step.rule, step.subject_id, step.turn
),

-- What kept each of them, if something did; `told` is about those who waited for the answer.
answered AS (
  -- 2, second half: a person looked.
  SELECT 'check' AS part, owed.*, (look.at AT TIME ZONE 'Europe/Paris')::date AS done, true AS told
  FROM owed
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(line.at) AS at
    FROM workflow_transitionrecord AS line
    WHERE line.subject_type_id = settings.organisation
      AND line.subject_id = owed.subject_id
      AND line.verb IN ('check', 'ask_for_changes')
      AND line.at >= owed.since
  ) AS look
  WHERE owed.rule = 'accounts.staff_check'

  UNION ALL

  -- 3: the request was answered, postponed with a date, or released; and the asking side was told.
  SELECT
    'answer',
    owed.*,
    (answer.at AT TIME ZONE 'Europe/Paris')::date,
    answer.at IS NULL
    OR EXISTS (
      SELECT
      FROM telling
      WHERE telling.subject_type_id = settings.introduction
        AND telling.subject_id = owed.subject_id
        AND telling.notification IN (
          'partnerships.introduction_accepted', 'partnerships.introduction_postponed',
          'partnerships.introduction_declined', 'partnerships.introduction_released'
        )
        AND telling.created_at >= answer.at
    )
    -- A release is told with its diagnosis, about the project, instead of the plain mail.
    OR EXISTS (
      SELECT
      FROM matching_diagnosis AS diagnosis
      JOIN telling
        ON telling.subject_type_id = settings.diagnosis
        AND telling.subject_id = diagnosis.id
        AND telling.notification = 'matching.diagnosis'
      WHERE diagnosis.introduction_id = owed.subject_id AND diagnosis.at >= answer.at
    )
    OR NOT EXISTS (
      SELECT
      FROM partnerships_introduction AS introduction
      JOIN associations_association AS association ON association.id = introduction.association_id
      JOIN companies_company AS company ON company.id = introduction.company_id
      JOIN accounts_membership AS membership
        ON membership.organisation_id = CASE introduction.asked_by_side
          WHEN 'association' THEN association.organisation_id ELSE company.organisation_id
        END
      JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
      WHERE introduction.id = owed.subject_id
    )
  FROM owed
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(line.at) AS at
    FROM workflow_transitionrecord AS line
    WHERE line.subject_type_id = settings.introduction
      AND line.subject_id = owed.subject_id
      AND line.verb IN ('accept', 'postpone', 'decline', 'release')
      AND line.at >= owed.since
  ) AS answer
  WHERE owed.rule = 'partnerships.answer'

  UNION ALL

  -- 4: presented to a company, or called by a person.
  SELECT 'attention', owed.*, (attention.at AT TIME ZONE 'Europe/Paris')::date, true
  FROM owed
  CROSS JOIN settings
  CROSS JOIN LATERAL (
    SELECT min(given.at) AS at
    FROM (
      SELECT min(suggestion.presented_at) AS at
      FROM matching_suggestion AS suggestion
      JOIN associations_association AS association ON association.id = suggestion.association_id
      WHERE association.organisation_id = owed.subject_id AND suggestion.presented_at > owed.since

      UNION ALL

      SELECT min(line.at)
      FROM workflow_transitionrecord AS line
      WHERE line.subject_type_id = settings.organisation
        AND line.subject_id = owed.subject_id
        AND line.verb = 'call'
        AND line.at > owed.since
    ) AS given
  ) AS attention
  WHERE owed.rule = 'associations.presentation'
),

dated AS (
  SELECT
    answered.part,
    answered.subject_id,
    answered.since,
    answered.deadline,
    coalesce(answered.done <= last.day AND answered.told, false) AS kept,
    CASE WHEN answered.done <= last.day THEN answered.done ELSE last.day END AS day
  FROM answered
  CROSS JOIN settings
  CROSS JOIN LATERAL (SELECT greatest(answered.deadline, answered.released_by) AS day) AS last
  WHERE answered.done <= last.day
    OR (
      last.day < settings.today
      AND (answered.ended IS NULL OR answered.ended > last.day)
    )
),

-- 5: each « no », to a request or to a suggestion, and the organisation that it was said to.
noes AS (
  SELECT
    introduction.id,
    settings.introduction AS subject_type,
    introduction.asked_by_side AS told_side,
    introduction.refusal_reason AS reason,
    introduction.kind,
    introduction.answered_at,
    introduction.retry_on IS NOT NULL AS dated,
    CASE introduction.asked_by_side
      WHEN 'association' THEN association.organisation_id ELSE company.organisation_id
    END AS organisation_id
  FROM partnerships_introduction AS introduction
  JOIN associations_association AS association ON association.id = introduction.association_id
  JOIN companies_company AS company ON company.id = introduction.company_id
  CROSS JOIN settings
  WHERE introduction.status = 'no'

  UNION ALL

  -- Its date is that of the step, counted from the answer.
  SELECT
    suggestion.id,
    settings.suggestion,
    'association',
    suggestion.refusal_reason,
    need.kind,
    suggestion.answered_at,
    true,
    association.organisation_id
  FROM matching_suggestion AS suggestion
  JOIN companies_need AS need ON need.id = suggestion.need_id
  JOIN associations_association AS association ON association.id = suggestion.association_id
  CROSS JOIN settings
  WHERE suggestion.status = 'declined'
    -- With an introduction, it is the « no » to what the association had itself asked: counted above, told once.
    AND suggestion.introduction_id IS NULL
),

-- What told it: a mail, or a line of the weekly digest, that of a week to come included.
news AS (
  SELECT telling.subject_type_id, telling.subject_id
  FROM telling
  WHERE telling.notification = 'partnerships.introduction_declined'

  UNION ALL

  SELECT line.subject_type_id, line.subject_id
  FROM mail_digestline AS line
  WHERE line.notification = 'matching.suggestion_declined'
    AND (line.mail_id IS NULL OR EXISTS (SELECT FROM telling WHERE telling.id = line.mail_id))
),

-- What each left in the hands of who was told: a date, and a step whose document can be read. Nobody there: told.
refusals AS (
  SELECT
    'refusal' AS part,
    no.dated
    AND coalesce(step.is_whole, false)
    AND (
      EXISTS (SELECT FROM news WHERE news.subject_type_id = no.subject_type AND news.subject_id = no.id)
      OR NOT EXISTS (
        SELECT
        FROM accounts_membership AS membership
        JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
        WHERE membership.organisation_id = no.organisation_id AND membership.joined_at <= no.answered_at
      )
    ) AS kept,
    (no.answered_at AT TIME ZONE 'Europe/Paris')::date AS day
  FROM noes AS no
  -- The step of its kind, of any kind, or the longest when the kind of the need has changed since.
  LEFT JOIN LATERAL (
    SELECT
      step.advice <> '' AND step.rewrite <> ''
      AND coalesce(document.status IN ('published', 'to_verify'), false)
      AND (document.link_hidden_at IS NULL OR document.body <> '' OR document.current_version_id IS NOT NULL)
      AS is_whole
    FROM partnerships_refusalstep AS step
    LEFT JOIN infotheque_document AS document ON document.id = step.document_id
    WHERE step.asked_by_side = no.told_side AND step.reason = no.reason
    ORDER BY step.kind = no.kind DESC, step.kind = '' DESC, step.retry_after_days DESC
    LIMIT 1
  ) AS step ON true
),

-- 6: what became of each mail within the hour of the moment it was to leave, whatever was tried since: sent,
-- cancelled, or failed. One that is put back in the queue later was settled then, and changes sides no more.
-- What a restored backup still held had left since: when is in no row any more, so it is not here.
mails AS (
  SELECT
    'mail' AS part,
    coalesce(mail.settled_at <= mail.due_at + interval '1 hour', false) AS kept,
    (mail.due_at AT TIME ZONE 'Europe/Paris')::date AS day
  FROM (
    SELECT due_at, coalesce(settled_at, sent_at) AS settled_at
    FROM mail_outgoingmail
    WHERE last_error <> %(restored)s
  ) AS mail
  CROSS JOIN settings
  WHERE mail.settled_at IS NOT NULL OR mail.due_at + interval '1 hour' < settings.now

  UNION ALL

  -- A line of the weekly digest is in a mail, counted above. One that missed its digest is counted here.
  SELECT 'mail', false, (line.due_at AT TIME ZONE 'Europe/Paris')::date
  FROM mail_digestline AS line
  LEFT JOIN mail_outgoingmail AS digest ON digest.id = line.mail_id
  CROSS JOIN settings
  WHERE coalesce(line.settled_at, digest.created_at, settings.now) > line.due_at + interval '1 hour'
    AND line.last_error <> %(restored)s
),

settled AS (
  SELECT part, kept, day FROM welcomes
  UNION ALL
  SELECT part, kept, day FROM dated
  UNION ALL
  SELECT part, kept, day FROM refusals
  UNION ALL
  SELECT part, kept, day FROM mails
)
