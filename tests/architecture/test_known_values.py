"""A field with a list of values holds one of them: the database says so, whoever writes."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import CharField, CheckConstraint, Model, Q

from accounts.models import Membership, Organisation
from associations.models import Association
from companies.models import Need
from mecenova.reference.enums import Kind
from partnerships.models import Introduction, Party
from partnerships.operations import accept_introduction
from tests.accounts.factories import MembershipFactory
from tests.architecture.house import APPS
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, member_of

# Known by a constraint that says more: of which side, with which date.
KNOWN_WITH_MORE = {
    ("Diagnosis", "cause"),
    ("Diagnosis", "choice"),
    ("Document", "status"),
    ("Introduction", "refusal_reason"),
    ("Suggestion", "status"),
}


def leaves(condition: Q) -> Iterator[tuple[str, object]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from leaves(child)
        else:
            yield child


def knows(model: type[Model], name: str, by: str = "in") -> bool:
    return any(
        [lookup for lookup, _ in leaves(constraint.condition)] == [f"{name}__{by}"]
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q)
    )


def test_every_list_of_values_is_checked_by_the_database():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in {*APPS, "mecenova"}]
    unknown = {
        (model.__name__, field.name)
        for model in ours
        for field in model._meta.local_fields
        if isinstance(field, CharField) and field.choices and not knows(model, field.name)
    }
    assert unknown == KNOWN_WITH_MORE


def test_every_field_of_several_values_is_checked_too():
    unknown = [
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ArrayField)
        and field.base_field.choices
        and not knows(model, field.name, "contained_by")
    ]
    assert unknown == []


@pytest.mark.django_db
def test_no_other_value_is_written():
    need = NeedFactory(kind=Kind.CO_CONSTRUCTION, published=True)
    asked = IntroductionFactory(company=need.company, need=need)
    MembershipFactory(organisation=asked.association.organisation)
    accept_introduction(introduction=asked, by=member_of(asked.company), note="")
    for model, name in (
        (Membership, "role"),
        (Organisation, "kind"),
        (Need, "kind"),
        (Introduction, "kind"),
        (Introduction, "asked_by_side"),
        (Party, "role"),
    ):
        with pytest.raises(IntegrityError, match="_known"), transaction.atomic():
            assert model.objects.update(**{name: "x"})
    for model, name in ((Need, "wished_parties"), (Association, "refused_kinds")):
        assert model.objects.update(**{name: []})
        with pytest.raises(IntegrityError, match="_known"), transaction.atomic():
            model.objects.update(**{name: ["x"]})
