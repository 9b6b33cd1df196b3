"""A company away is presented nobody, and its pages, the association's and the team's say so."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from matching.models import Suggestion
from matching.operations import run_round
from matching.pairs import look_at
from matching.verdicts import told_to_association, told_to_team
from mecenova.agenda.operations import add_absence
from mecenova.calendar import clock
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.reading import plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(datetime(2026, 11, 30, 9, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture
def need():
    return NeedFactory(published=True, deadline=None, territories=["59"])


@pytest.fixture
def association():
    return AssociationFactory(complete=True)


def away(need, first=date(2026, 11, 30), last=date(2026, 12, 18)):
    organisation_id = need.company.organisation_id
    add_absence(organisation_id=organisation_id, first_day=first, last_day=last, by=None)


def test_no_round_presents_anybody_until_its_return(need, association, now):
    away(need)
    for scope in ("full", "changed"):
        run_round(scope=scope)
    now.move_to(datetime(2026, 12, 18, 20, tzinfo=UTC))
    run_round()
    assert not Suggestion.objects.exists()
    now.move_to(datetime(2026, 12, 19, 2, tzinfo=UTC))
    run_round()
    assert Suggestion.objects.get().association == association


def test_an_absence_to_come_or_of_another_stops_nothing(need, association):
    away(need, first=date(2026, 12, 1))
    away(NeedFactory(published=True, territories=["75"]))
    run_round()
    assert Suggestion.objects.filter(need=need).exists()


def test_the_pair_is_explained_by_it(need, association):
    away(need)
    pair = look_at(need, association)
    assert "l’entreprise est absente, jusqu’au 19 décembre 2026" in plain(told_to_team(pair))
    told = " ".join(one.text for one in told_to_association(pair))
    assert "elle est absente jusqu’au 18 décembre 2026" in plain(told)


def test_its_dashboard_and_the_page_of_absences_say_it(client, need):
    client.force_login(MembershipFactory(organisation=need.company.organisation).user)
    pages = [reverse("pages:dashboard"), reverse("accounts:absences")]
    said = "du 30 novembre 2026 au 18 décembre 2026"
    for page in pages:
        assert said not in plain(client.get(page).content.decode())
    away(need)
    for page in pages:
        html = plain(client.get(page).content.decode())
        assert said in html
        assert need.company.organisation.name in html
        assert "Elles arrivent chaque nuit" not in html
        assert "Vous pouvez encore étudier" not in html
