"""From each state of an introduction, what each verb leads to; any other verb changes nothing."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Organisation
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import IntroductionStatus as Status
from partnerships.enums import Side
from partnerships.models import Introduction
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
NOW = clock.now()
IN_A_MONTH = NOW.date() + timedelta(days=30)
FACTS = {
    Status.QUEUED: {"requested_at": None},
    Status.REQUESTED: {},
    Status.LATER: {"answered_at": NOW, "later_on": IN_A_MONTH},
    Status.YES: {"answered_at": NOW},
    Status.NO: {"answered_at": NOW, "retry_on": IN_A_MONTH, "refusal_reason": "timing"},
    Status.RELEASED: {"released_at": NOW},
    Status.WITHDRAWN: {"withdrawn_at": NOW},
}
# Verb: from which states, to which one.
TABLE = {
    "accept": ({Status.REQUESTED, Status.LATER}, Status.YES),
    "decline": ({Status.REQUESTED, Status.LATER}, Status.NO),
    "postpone": ({Status.REQUESTED, Status.LATER}, Status.LATER),
    "rearm": ({Status.LATER}, Status.REQUESTED),
    "release": ({Status.REQUESTED}, Status.RELEASED),
    "withdraw": ({Status.QUEUED, Status.REQUESTED, Status.LATER}, Status.WITHDRAWN),
}


@pytest.mark.parametrize("status", Status)
def test_what_each_list_holds(status):
    """Open or closed, never both; to be answered by the side that was asked, while it waits for it."""
    open_ones = {Status.QUEUED, Status.REQUESTED, Status.LATER}
    found = Introduction.objects.all()
    for side in Side:
        asked = IntroductionFactory(status=status, asked_by_side=side, **FACTS[status])
        assert (asked in found.open(), asked in found.closed()) == (
            status in open_ones,
            status not in open_ones,
        )
        for organisation in asked.organisations():
            owes = asked in found.to_answer_by(Organisation.objects.filter(pk=organisation.pk))
            assert owes == (asked in found.waiting() and organisation == asked.answering_organisation)


@pytest.mark.parametrize("verb", TABLE)
@pytest.mark.parametrize("status", Status)
def test_what_each_verb_leads_to(status, verb):
    asked = IntroductionFactory(status=status, **FACTS[status])
    asker, answerer = member_of(asked.association), member_of(asked.company)
    values = {
        "accept": {"by": answerer},
        "decline": {"by": answerer, "reason": "timing"},
        "postpone": {"by": answerer, "later_on": IN_A_MONTH + timedelta(days=1)},
        "withdraw": {"by": asker},
    }
    with suppress(DomainError), transaction.atomic():
        getattr(operations, f"{verb}_introduction")(introduction=asked, **values.get(verb, {}))
    asked.refresh_from_db()
    sources, target = TABLE[verb]
    assert asked.status == (target if status in sources else status)
