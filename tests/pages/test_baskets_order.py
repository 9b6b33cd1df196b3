"""In each basket, whoever has waited longest comes first; and what the register says of who left."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from mecenova.agenda.models import Absence, Stay
from mecenova.calendar import clock
from mecenova.pages import register
from mecenova.pages.baskets import BASKETS
from mecenova.pages.contacts import last_contacts
from mecenova.pages.duties import loads
from mecenova.pages.register import WEEK, why_left
from mecenova.ui.figures import short_date
from mecenova.workflow.journal import record
from tests.accounts.factories import (
    ClaimFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.pages.test_baskets import FILL, refused_twice
from tests.partnerships.factories import IntroductionFactory
from tests.reading import shown

pytestmark = pytest.mark.django_db
TO_CHECK = BASKETS["associations-a-verifier"]


@pytest.mark.parametrize("slug", BASKETS)
def test_whoever_has_waited_longest_is_first(slug):
    now = clock.now()
    for days in (2, 9, 5):
        with clock.frozen(now - timedelta(days=days)):
            FILL[slug]()
    basket = BASKETS[slug]
    since = [basket.line(row).since for row in basket.found()]
    assert len(since) == len(set(since)) == 3
    assert since == sorted(since)


def test_of_those_released_on_one_day_whoever_asked_first_is_first():
    """In August, a fortnight of requests comes to the same day of September."""
    with clock.frozen(datetime(2027, 8, 14, 9, tzinfo=UTC)):
        test_whoever_has_waited_longest_is_first("a-risque")


@pytest.fixture
def evening():
    """Half past midnight in Paris, on the 24th."""
    with clock.frozen(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) as stopped:
        yield stopped


def test_the_last_word_since_it_came_in_says_why_with_who_and_the_day_in_paris(evening, staff):
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    since, day = evening(), short_date(date(2026, 11, 24))
    record(organisation, "check", "to_check", "checked", staff)
    assert why_left(TO_CHECK, organisation, since) == TO_CHECK.left, "it came in with that line, or after it"
    evening.advance(timedelta(minutes=1))
    record(organisation, "check", "to_check", "checked", staff)
    assert why_left(TO_CHECK, organisation, since) == f"Fiche vérifiée par {staff}, le {day}."
    record(organisation, "ask_for_changes", "checked", "changes_asked", None)
    assert why_left(TO_CHECK, organisation, since) == f"Précisions demandées, le {day}."
    record(organisation, "call", "changes_asked", "changes_asked", staff)
    assert why_left(TO_CHECK, organisation, since) == f"Précisions demandées, le {day}."


def test_a_request_leaves_by_its_own_journal_and_an_association_by_its_organisation_s(evening, staff):
    asked, refused, since = IntroductionFactory(), refused_twice(), evening()
    evening.advance(timedelta(minutes=1))
    record(asked, "accept", "requested", "yes", staff)
    record(refused.organisation, "call", "checked", "checked", staff)
    assert f"par {staff}" in why_left(BASKETS["en-attente"], asked, since)
    assert why_left(BASKETS["associations-refusees"], refused, since).startswith("Appel de l’équipe")
    claim = ClaimFactory()
    evening.advance(timedelta(minutes=1))
    record(claim, "accept", "waiting", "accepted", staff)
    assert f"par {staff}" in why_left(BASKETS["revendications"], claim, since)
    assert why_left(BASKETS["associations-refusees"], refused_twice(), since) == (
        BASKETS["associations-refusees"].left
    )


@pytest.mark.parametrize(("ago", "moved"), [(WEEK, True), (WEEK + timedelta(seconds=1), False)])
def test_a_week_is_seven_days_its_first_moment_included(evening, ago, moved):
    slug, old = TO_CHECK.slug, evening() - timedelta(days=90)
    came, went = OrganisationFactory.create_batch(2)
    Stay.objects.create(basket=slug, subject=came, entered_at=evening() - ago)
    Stay.objects.create(basket=slug, subject=went, entered_at=old, left_at=evening() - ago, why="Parti.")
    found = register.movements().get(slug, register.Movement())
    assert (found.entered, found.left) == (moved, moved)
    assert register.passages(TO_CHECK).count() == 2 * moved


def test_the_last_contact_is_the_last_thing_that_the_team_did_with_the_organisation(evening, staff):
    organisation = OrganisationFactory()
    person = MembershipFactory(organisation=organisation).user
    record(organisation, "call", "checked", "checked", staff)
    called = evening()
    for verb, by in (("call", person), ("merge", staff), ("call", None)):
        evening.advance(timedelta(hours=1))
        record(organisation, verb, "checked", "checked", by)
    other = OrganisationFactory()
    found = last_contacts([organisation.pk, other.pk])
    assert (found[organisation.pk].by_person, found[other.pk].by_person) == (called, None)


def test_whoever_is_away_is_not_called_in_vain(evening, team):
    away = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    days = {"first_day": date(2026, 11, 20), "last_day": date(2026, 11, 24)}
    Absence.objects.create(organisation_id=away.pk, **days)
    basket, own = (
        reverse("pages:basket", args=["associations-a-verifier"]),
        reverse("pages:organisation", args=[away.pk]),
    )
    assert "Absence notée jusqu’au mardi 24 novembre 2026" in shown(team.get(basket))
    assert "Absence notée : du 20 novembre 2026 au 24 novembre 2026" in shown(team.get(own))
    evening.advance(timedelta(days=1))
    assert not [page for page in (basket, own) if "Absence notée" in shown(team.get(page))]


def test_the_absence_shown_is_the_one_under_way_or_the_next(evening):
    person = StaffFactory()
    for first, last in ((10, 12), (24, 25), (28, 30), (1, 5)):
        day = evening().date().replace
        Absence.objects.create(user=person, first_day=day(day=first), last_day=day(day=last))
    Absence.objects.create(user=UserFactory(), first_day=evening().date(), last_day=evening().date())
    (load,) = loads()
    assert (load.absence.first_day.day, load.absence.last_day.day) == (24, 25)
