"""What says most of a question, when hardly anything says all of it.

A word weighs as much as it is rare (inverse document frequency, Spärck Jones, 1972), and three times that in
a title or a summary. `said` is the share of the question, between 0 and 1, that a document says anywhere; a
word that nobody wrote counts as the rarest. Asked of the index alone, as in 0008; what that costs looks so
high to the planner that it would compile each query (`jit`), which takes longer than to run it.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION infotheque_nearest(asked tsquery[])
RETURNS TABLE (id uuid, said float8, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 SET enable_seqscan = off SET jit = off
AS $$
WITH found AS MATERIALIZED (
    SELECT term.number, document.id, document.head @@ term.query AS in_head
    FROM unnest(asked) WITH ORDINALITY AS term(query, number)
    CROSS JOIN LATERAL (
        SELECT id, head FROM infotheque_document WHERE search @@ term.query
    ) AS document
), library AS (
    SELECT greatest(count(*), 1)::float8 AS size FROM infotheque_document
), weight AS (
    SELECT term.number, ln(1 + size / greatest(count(found.id), 1)) AS weight
    FROM library
    CROSS JOIN unnest(asked) WITH ORDINALITY AS term(query, number)
    LEFT JOIN found ON found.number = term.number
    WHERE numnode(term.query) > 0
    GROUP BY term.number, size
)
SELECT found.id,
       sum(weight) / (SELECT sum(weight) FROM weight),
       sum(weight * CASE WHEN in_head THEN 3 ELSE 1 END)
FROM found JOIN weight USING (number)
GROUP BY found.id
$$
"""


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0010_spellings")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION infotheque_nearest(tsquery[])")]
