from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryCombinable
from django.db import models
from django.db.models import F, Value


class Answers(models.Func):
    """Whether a document is one of those that a query finds (see its migration), or of these keys."""

    output_field = models.BooleanField()

    def __init__(self, query: SearchQueryCombinable, keys: Sequence[UUID] = ()) -> None:
        super().__init__(F("pk"), query, Value(list(keys), output_field=ArrayField(models.UUIDField())))

    # Without the name, the template and the joint that `Func.as_sql` takes: nothing would read them.
    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:  # type: ignore[override]
        parts, params = zip(*map(compiler.compile, self.get_source_expressions()), strict=True)
        sql = "{} = ANY (ARRAY(SELECT infotheque_matching({})) || {}::uuid[])".format(*parts)
        return sql, [each for some in params for each in some]
