"""A round for what changed, beside a full one from the same state, on networks drawn at random."""

from collections import Counter

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.enums import ChangedKind, RoundScope
from matching.models import Suggestion
from matching.operations import note_changes, run_round
from matching.profiles import repair, reweigh
from partnerships.models import AttentionMonth
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_in_the_month")]

PLACES = (["59"], ["62"], ["59", "62"], ["FR"])
random_networks = given(chance=st.randoms(use_true_random=False))
few_examples = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def draw_network(chance):
    """Associations and needs of one cause, here and there, all profiled; each company looks at one or two."""
    associations = [
        AssociationFactory(
            complete=True, territories=chance.choice(PLACES), refused_kinds=chance.choice(([], ["financial"]))
        ).pk
        for _ in range(8)
    ]
    needs = [
        NeedFactory(
            published=True,
            territories=chance.choice(PLACES),
            kind=chance.choice(("financial", "skills")),
            company__policy__monthly_capacity=chance.randint(1, 2),
        ).pk
        for _ in range(6)
    ]
    repair()
    reweigh()
    return associations, needs


def changed(associations, needs):
    note_changes(kind=ChangedKind.ASSOCIATION, subject_ids=associations)
    note_changes(kind=ChangedKind.NEED, subject_ids=needs)
    run_round(scope=RoundScope.CHANGED)


def presented():
    return set(Suggestion.objects.values_list("need_id", "association_id", "score"))


def instead(call):
    """What would be presented, and nothing done."""
    with transaction.atomic():
        call()
        found = presented()
        transaction.set_rollback(True)
    return found


@random_networks
@few_examples
def test_where_everything_changed_both_present_the_same(chance):
    with transaction.atomic():
        associations, needs = draw_network(chance)
        assert instead(lambda: changed(associations, needs)) == instead(run_round) != set()
        transaction.set_rollback(True)


@random_networks
@few_examples
def test_what_changed_first_keeps_every_promise_and_costs_half_of_the_places_at_most(chance):
    with transaction.atomic():
        associations, needs = draw_network(chance)
        some, others = associations[: chance.randint(1, 4)], needs[: chance.randint(1, 3)]
        full = instead(run_round)
        changed(some, others)
        first = presented()
        assert all(need in others or association in some for need, association, _ in first)
        run_round()
        found = presented()
        assert first <= found
        assert 2 * len(found) >= len(full), "a choice that leaves no pair is half of the largest, at least"
        assert max(Counter(association for _, association, _ in found).values(), default=1) == 1
        assert not AttentionMonth.objects.filter(spent__gt=F("capacity")).exists()
        assert sum(AttentionMonth.objects.values_list("spent", flat=True)) == len(found)
        run_round()
        changed(associations, needs)
        assert presented() == found, "nothing twice, and nothing left"
        transaction.set_rollback(True)
