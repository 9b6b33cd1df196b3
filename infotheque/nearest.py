"""The documents nearest to a question: those that say its rare words, in their title or all along.

People ask in whole sentences. Among many documents, thousands hold all the words of one by chance, and one
word that the right text happens not to hold must not hide it. So each word weighs as much as it is rare
(inverse document frequency, Spärck Jones, 1972), times how much a document says it (see migration 0013).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.postgres.search import SearchQueryCombinable
from django.db import connection
from django.db.models import Func

from infotheque.models.document import DocumentQuerySet
from infotheque.searching import Question

# Whole texts are as long as books: this many are read, those whose titles and rare words promise most.
READ_WHOLE = 400
# What one mention in a text is worth before it is read: little, beside a title.
MENTIONED = 0.1
# What two words asked one after the other bring, beside what each does, when a text says them so.
SIDE_BY_SIDE = 0.3
# A word of more documents than this promises nothing: only their titles are looked at.
COMMON = 2_500
# Three pages: what only comes near is not read further.
MOST_NEAR = 60
# Under this share of the best one's score, the rest only shares a common word.
NEAR_ENOUGH = 0.4

# Of those that promise, the first are looked up in their order until there are enough: they may be thousands
# (OFFSET 0: one by one, whatever the planner thinks).
NEAREST_SQL = """
WITH term AS MATERIALIZED (
    SELECT query, weight, held, query && lead(query) OVER beside AS pair,
        (weight + lead(weight) OVER beside) / 2 AS of_pair
    FROM unnest({terms}, %s::float8[], %s::float8[]) WITH ORDINALITY AS term(query, weight, held, place)
    WHERE numnode(query) > 0
    WINDOW beside AS (ORDER BY place)
),
promising AS MATERIALIZED (
    SELECT id, sum(score) AS score FROM (
        SELECT titled.id, weight * titled.score AS score
        FROM term CROSS JOIN LATERAL infotheque_titled(query) AS titled
        UNION ALL
        SELECT matching.id, weight * %s
        FROM term CROSS JOIN LATERAL infotheque_matching(query) AS matching(id)
        WHERE held <= %s
    ) AS said
    GROUP BY id
),
shortlist AS MATERIALIZED (
    SELECT sorted.id FROM (SELECT id FROM promising ORDER BY score DESC, id) AS sorted
    CROSS JOIN LATERAL (SELECT FROM ({base}) AS base WHERE base.id = sorted.id OFFSET 0) AS base
    LIMIT %s
)
SELECT document.id, said.weight / (SELECT sum(weight) FROM term), said.score, document.search @@ {whole}
FROM (
    SELECT id, head, ts_filter(search, '{{a,b,c,d}}') AS search
    FROM infotheque_document WHERE id = ANY (ARRAY(SELECT id FROM shortlist))
    OFFSET 0
) AS document
CROSS JOIN LATERAL (
    SELECT sum(weight) FILTER (WHERE in_title + in_summary + in_text > 0) AS weight,
        sum(weight * (in_title + in_summary + in_text) + %s * side_by_side) AS score
    FROM (
        SELECT weight, infotheque_in_title(document.head, query) AS in_title,
            infotheque_in_summary(document.head, query) AS in_summary,
            infotheque_in_text(document.search, query) AS in_text,
            coalesce(of_pair * infotheque_side_by_side(document.search, pair), 0) AS side_by_side
        FROM term OFFSET 0
    ) AS each
) AS said
ORDER BY said.score DESC, document.id
"""


class _Array(Func):
    template = "ARRAY[%(expressions)s]"


@dataclass(frozen=True, slots=True)
class Near:
    """`scores` of documents by their keys, the nearest first; `partial`, those that do not say all.

    `said` is the share of the question, by weight (0 to 1), that the best of them says.
    """

    scores: Mapping[UUID, float] = field(default_factory=dict)
    partial: Sequence[UUID] = ()
    said: float = 0


def nearest(base: DocumentQuerySet, question: Question, *, whole: SearchQueryCombinable | None) -> Near:
    """Of `base`, in one query. Quotes and what is left out hold: only words may be missing.

    `whole` is the query that those not said to be partial answer.
    """
    terms = question.terms
    if not terms or whole is None:
        return Near()
    among = base.leaving_out(question.heart.excluded)
    if question.heart.words:
        among = among.saying_phrases(question.heart.phrases)
    query = among.order_by().values("id").query
    sql, params = query.sql_with_params()
    compiler = query.get_compiler(connection=connection)
    asked, asked_params = compiler.compile(_Array(*terms).resolve_expression(query))
    answers, answers_params = compiler.compile(whole.resolve_expression(query))
    with connection.cursor() as cursor:
        cursor.execute(
            NEAREST_SQL.format(terms=asked, base=sql, whole=answers),
            [
                *asked_params,
                question.weights,
                question.held,
                MENTIONED,
                COMMON,
                *params,
                READ_WHOLE,
                *answers_params,
                SIDE_BY_SIDE,
            ],
        )
        found = cursor.fetchall()
    enough = found[0][2] * NEAR_ENOUGH if found else 0
    partial = [key for key, _, score, is_whole in found[:MOST_NEAR] if not is_whole and score >= enough]
    return Near(
        {key: score for key, _, score, _ in found}, partial, max((said for _, said, _, _ in found), default=0)
    )
