"""Opening the same step for many subjects gives what opening it for each would."""

from datetime import timedelta

import pytest

from associations.followups import CallAfterSilence, Presentation
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import close, close_many, start, start_many
from mecenova.calendar import clock
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db

FACTS = ("rule", "cycle", "occurrence", "owner", "organisation_id", "is_step", "what", "due_at", "deadline")


def facts(organisation):
    return FollowUp.objects.about([organisation]).steps().values_list(*FACTS).get()


@pytest.mark.parametrize("rule", [Presentation, CallAfterSilence])
def test_many_are_opened_as_one_by_one(rule):
    moment = clock.now()
    organisations = [AssociationFactory().organisation for _ in range(4)]
    start(rule, organisations[1])  # Open already: left as it is.
    start(rule, organisations[2])
    close(organisations[2], rule)  # Opened anew: a second cycle.
    away = {"first_day": clock.today(), "last_day": clock.today() + timedelta(days=60)}
    Absence.objects.create(organisation_id=organisations[3].pk, **away)
    with clock.frozen(moment):
        start_many(rule, organisations)
        start_many(rule, organisations)
        found = [facts(organisation) for organisation in organisations]
        FollowUp.objects.about(organisations[::3]).delete()
        for organisation in organisations[::3]:
            start(rule, organisation)
    assert [facts(organisation) for organisation in organisations[::3]] == found[::3]
    assert [row[1] for row in found] == [1, 1, 2, 1]


def test_a_new_step_takes_the_place_of_the_former():
    organisation = AssociationFactory().organisation
    start(CallAfterSilence, organisation)
    start_many(Presentation, [organisation])
    assert facts(organisation)[0] == Presentation.name


def test_many_are_closed_as_one_by_one():
    organisations = [AssociationFactory().organisation for _ in range(3)]
    start_many(Presentation, organisations[:2])
    start(CallAfterSilence, organisations[2])
    assert close_many(organisations, [Presentation]) == 2
    assert close_many(organisations) == 1
    assert close_many(organisations) == 0
    with pytest.raises(ValueError, match="open"):
        close_many(organisations, outcome=Outcome.OPEN)


def test_nobody_is_nothing():
    start_many(Presentation, [])
    assert close_many([]) == 0
    assert not FollowUp.objects.exists()
