"""The documents that come nearest to a question, when hardly any says all of it.

People ask in whole sentences; one word that the right text happens not to hold must not hide it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Func

from infotheque.models.document import DocumentQuerySet
from infotheque.searching import Question

# One page: a list of what is only near is not read to its end.
MOST = 20
# Under this share of the best one, the rest only shares a common word.
NEAR_ENOUGH = 0.3

NEAREST_SQL = """
SELECT near.id, near.said
FROM infotheque_nearest({terms}) AS near
JOIN ({base}) AS base ON base.id = near.id
ORDER BY near.score DESC, near.said DESC, near.id
LIMIT %s
"""


class _Array(Func):
    template = "ARRAY[%(expressions)s]"


@dataclass(frozen=True, slots=True)
class Near:
    """Keys, the nearest first, and the share of the question (0 to 1) that the best of them says."""

    keys: list[UUID]
    said: float


def nearest(base: DocumentQuerySet, question: Question) -> Near:
    """Of `base`, in one query. Nothing for a question of one word: it is said or it is not."""
    terms = question.terms
    if len(terms) < 2:
        return Near([], 0)
    among = base.leaving_out(question.heart.excluded).order_by().values("id").query
    sql, params = among.sql_with_params()
    compiler = among.get_compiler(connection=connection)
    asked, asked_params = compiler.compile(_Array(*terms).resolve_expression(among))
    with connection.cursor() as cursor:
        cursor.execute(NEAREST_SQL.format(terms=asked, base=sql), [*asked_params, *params, MOST])
        found = cursor.fetchall()
    best = max((said for _, said in found), default=0.0)
    return Near([key for key, said in found if said >= best * NEAR_ENOUGH], best)
