"""Rows come in one order: where two may be alike, their key decides. The same seed lives the same year."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Model, UniqueConstraint

from tests.architecture.house import APPS


def ordered_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.ordering and model.__module__.partition(".")[0] in {*APPS, "mecenova"}
    ]


def unique_keys(model: type[Model]) -> Iterator[set[str]]:
    """Fields of which no two rows have the same values."""
    yield {"pk"}
    for field in model._meta.fields:
        if field.unique and not field.null:
            yield {field.name}
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint) and rule.condition is None and rule.fields:
            yield set(rule.fields)


@pytest.mark.parametrize("model", ordered_models(), ids=lambda model: model._meta.label)
def test_no_two_rows_tie(model):
    fields = {str(field).removeprefix("-") for field in model._meta.ordering}
    assert any(key <= fields for key in unique_keys(model)), f"{model._meta.label} leaves rows in no order"
