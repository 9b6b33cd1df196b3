"""Whom a basket leaves out: those whom nobody has to look after there."""

from datetime import timedelta

import pytest

from accounts.enums import OrganisationKind, OrganisationStatus
from associations.operations import note_call
from companies.operations import record_call
from mecenova.calendar import clock
from mecenova.mail.models import AddressTrouble
from mecenova.pages.baskets import BASKETS
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import IntroductionStatus
from partnerships.models import Partnership
from tests.accounts.factories import ClaimFactory, OrganisationFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LONG_AGO = 120 * DAY


def found(slug):
    """Each of them once: who has several people is one line all the same."""
    rows = list(BASKETS[slug].found())
    assert len(rows) == len(set(rows))
    return set(rows)


def checked_long_ago(**given):
    return AssociationFactory(organisation__checked_at=clock.now() - LONG_AGO, **given)


def call(association, days_ago, staff):
    with clock.frozen(clock.now() - days_ago * DAY):
        note_call(association=association, note=f"Il y a {days_ago} jours.", by=staff)


def said_of(organisation, verb):
    TransitionRecord.objects.create(subject=organisation, verb=verb, at=clock.now())


def test_a_company_to_check_is_among_companies_and_an_association_among_associations():
    company, association = (
        OrganisationFactory(kind=kind, status=OrganisationStatus.TO_CHECK)
        for kind in (OrganisationKind.COMPANY, OrganisationKind.ASSOCIATION)
    )
    assert found("associations-a-verifier") == {association}
    assert found("entreprises-a-verifier") == {company}


def test_a_profile_that_lacks_nothing_or_that_nobody_answers_for_is_not_incomplete():
    lacking = checked_long_ago(members=UserFactory.create_batch(2))
    checked_long_ago(members=[UserFactory()], complete=True)
    checked_long_ago()
    AssociationFactory(organisation__checked_at=clock.now(), members=[UserFactory()])
    assert found("associations-incompletes") == {lacking}


def test_what_was_decided_or_mended_waits_no_more():
    ClaimFactory(status="accepted", decided_at=clock.now())
    user = UserFactory()
    AddressTrouble.objects.create(user=user, address=user.email, kind="bounced", mended_at=clock.now())
    assert found("revendications") == set()
    assert found("adresses") == set()


def test_it_is_the_last_presentation_or_call_that_counts(staff):
    shown, called = (checked_long_ago(complete=True) for _ in range(2))
    for days in (100, 10):
        SuggestionFactory(association=shown, presented_at=clock.now() - days * DAY)
        call(called, days, staff)
    assert found("associations-sans-presentation") == set()


def test_another_line_of_the_journal_is_no_call():
    waiting = checked_long_ago(complete=True)
    said_of(waiting.organisation, "edit")
    assert found("associations-sans-presentation") == {waiting}


@pytest.fixture
def refused():
    """Told no to both that it asked, ten days ago."""
    association = AssociationFactory(complete=True)
    for _ in range(2):
        IntroductionFactory(
            association=association,
            status=IntroductionStatus.NO,
            refusal_reason="timing",
            retry_on=clock.today(),
            answered_at=clock.now() - 10 * DAY,
        )
    return association


def test_one_that_a_company_said_yes_to_was_not_refused_by_all(refused):
    assert found("associations-refusees") == {refused}
    IntroductionFactory(association=refused, status=IntroductionStatus.YES, answered_at=clock.now())
    assert found("associations-refusees") == set()


@pytest.mark.parametrize("over", ["abandoned", "returned"])
def test_a_yes_that_came_to_nothing_is_no_hope(refused, over):
    """Neither talked nor signed in the end: the partnership is over, and nobody else is left."""
    asked = IntroductionFactory(association=refused, status=IntroductionStatus.YES, answered_at=clock.now())
    partnership = Partnership.objects.create(kind=asked.kind, title="Des ateliers", introduction=asked)
    assert found("associations-refusees") == set()
    dated = {f"{over}_at": clock.now()}
    Partnership.objects.filter(pk=partnership.pk).update(status=over, **dated)
    assert found("associations-refusees") == {refused}


def test_a_partnership_that_was_signed_is_no_refusal_once_it_has_ended(refused):
    asked = IntroductionFactory(association=refused, status=IntroductionStatus.YES, answered_at=clock.now())
    signed = {"agreed_at": clock.now(), "signed_on": clock.today(), "ended_at": clock.now()}
    Partnership.objects.create(
        kind=asked.kind, title="Des ateliers", introduction=asked, status="ended", **signed
    )
    assert found("associations-refusees") == set()


def test_a_request_put_off_then_released_was_refused_when_it_was_released(refused, staff):
    """« Later » was not the end: a call made meanwhile says nothing of the silence after it."""
    later = {"answered_at": clock.now() - 9 * DAY, "released_at": clock.now() - DAY}
    put_off = IntroductionFactory(association=refused, status=IntroductionStatus.RELEASED, **later)
    call(refused, 5, staff)
    assert found("associations-refusees") == {refused}
    (line,) = BASKETS["associations-refusees"].found()
    assert line.refused_at == put_off.released_at


def test_only_a_call_since_the_last_refusal_takes_one_out(refused, staff):
    call(refused, 30, staff)
    said_of(refused.organisation, "edit")
    assert found("associations-refusees") == {refused}
    call(refused, 1, staff)
    assert found("associations-refusees") == set()


def test_only_a_call_since_the_release_takes_it_out(staff):
    released = IntroductionFactory(
        status=IntroductionStatus.RELEASED, released_at=clock.now() - DAY, requested_at=clock.now() - 30 * DAY
    )
    with clock.frozen(clock.now() - 20 * DAY):
        record_call(company=released.company, note="Avant.", by=staff)
    said_of(released.company.organisation, "edit")
    assert found("liberees") == {released}
    record_call(company=released.company, note="Après.", by=staff)
    assert found("liberees") == set()


def test_one_no_to_what_was_asked_and_suggested_is_one_refusal():
    association = AssociationFactory(complete=True)
    no = {"status": IntroductionStatus.NO, "refusal_reason": "timing", "retry_on": clock.today()}
    asked = IntroductionFactory(association=association, answered_at=clock.now(), **no)
    suggestion = SuggestionFactory(
        association=association, company=asked.company, need__company=asked.company, declined=True
    )
    assert association in found("associations-refusees")
    suggestion.introduction = asked
    suggestion.save()
    assert association not in found("associations-refusees")
