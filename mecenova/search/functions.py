"""The SQL functions of this room's migrations, as Django expressions."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
    SearchQueryField,
    SearchVectorCombinable,
    SearchVectorExact,
    SearchVectorField,
)
from django.db.models import Func, Q, Value


class FrenchVector(SearchVectorCombinable, Func):
    """A text as search words; `weight` from "A" (title) to "D". Add vectors with `+`."""

    function = "fr_vector"
    arity = 1
    config = None

    def __init__(self, expression: Any, *, weight: str | None = None, **extra: Any) -> None:
        if weight not in (None, "A", "B", "C", "D"):
            raise ValueError(f"A weight is A, B, C or D, not {weight}")
        self.weight = weight
        extra.setdefault("output_field", SearchVectorField())
        super().__init__(expression, **extra)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra_context: Any
    ) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection, **extra_context)
        if self.weight:
            # A literal, not a parameter: a generated column's definition takes none.
            sql = f"setweight({sql}, '{self.weight}')"
        return sql, params


class FrenchSearchQuery(SearchQuery):
    """What a visitor typed: quotes, "or" and minus work as in a web search; never a syntax error."""

    def __init__(self, value: Any, output_field: Any = None, *, invert: bool = False) -> None:
        text = value if hasattr(value, "resolve_expression") else Value(str(value))
        super().__init__(text, output_field, invert=invert, search_type="websearch")
        self.function = "fr_query"


class FrenchWordQuery(SearchQueryCombinable, Func):  # type: ignore[misc]
    """One word, or any of its kin, each form asked once; nothing when the word is one of « le, la, de »."""

    function = "fr_any"
    arity = 2
    config = None

    def __init__(self, said: str, kin: Iterable[str] = (), **extra: Any) -> None:
        extra.setdefault("output_field", SearchQueryField())
        super().__init__(Value(said), Value(" ".join(kin)), **extra)


def says(field: str, words: str) -> Q:
    """Rows whose field says these words, accents, apostrophes and endings aside, or holds this piece of text.

    No index is asked: for a short field, and the team.
    """
    said = Q(SearchVectorExact(FrenchVector(field), FrenchSearchQuery(words)))
    return said | Q(**{f"{field}__icontains": words})
