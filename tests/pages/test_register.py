"""The register of a basket: who came in, who left, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import OrganisationEvent, OrganisationStatus
from accounts.models import Organisation
from mecenova.agenda.models import Stay
from mecenova.agenda.operations import set_delay
from mecenova.calendar import clock
from mecenova.pages import register
from mecenova.pages.baskets import BASKETS
from mecenova.pages.followups import LongIncomplete
from mecenova.pages.tasks import register_baskets
from mecenova.pages.views import tower
from mecenova.ui.figures import short_date
from mecenova.workflow.journal import record
from mecenova.workflow.machine import registered as registered_workflows
from tests.accounts.factories import OrganisationFactory, UserFactory
from tests.pages.test_baskets import LONG_AGO, checked_long_ago, click, page_of, refused_twice
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def test_the_register_tells_who_came_who_left_and_why(team, staff):
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK, name="Les Mains vertes")
    for _ in range(2):
        register_baskets()
    click(team, "associations-a-verifier", organisation)
    for _ in range(2):
        register_baskets()
    stay = Stay.objects.get(basket="associations-a-verifier")
    assert stay.left_at is not None
    assert stay.why.startswith(f"Fiche vérifiée par {staff.get_full_name()}")
    page = team.get(page_of("associations-a-verifier")).text
    assert "1 entrée, 1 sortie" in page
    assert f"Fiche vérifiée par {staff.get_full_name()}, le {short_date(clock.now())}." in page


def test_all_baskets_and_their_stays_are_read_at_once():
    OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    register_baskets()
    with CaptureQueriesContext(connection) as asked:
        register_baskets()
    assert len([query for query in asked if 'FROM "agenda_stay"' in query["sql"]]) == 1
    assert len([query for query in asked if 'FROM "accounts_claim"' in query["sql"]]) == 1


def test_the_week_reads_those_alone_who_moved_in_it():
    """Among all who ever stayed: they are counted on each page of the tower."""
    now, subject = clock.now(), OrganisationFactory()

    def stay(basket, entered, left=None):
        left_at = None if left is None else now - timedelta(days=left)
        entered_at = now - timedelta(days=entered)
        Stay.objects.create(basket=basket, subject=subject, entered_at=entered_at, left_at=left_at)

    stay("calme", 30, 20)
    stay("calme", 15)
    stay("vivant", 30, 20)
    stay("vivant", 10, 2)
    stay("vivant", 2, 1)
    stay("vivant", 1)
    assert register.movements() == {"vivant": register.Movement(entered=2, left=2)}


def test_a_basket_that_cannot_be_read_stops_no_other(monkeypatch, caplog):
    OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    first = next(iter(BASKETS))

    def raises():
        raise RuntimeError("a table is missing")

    broken = {slug: replace(basket, found=raises) for slug, basket in BASKETS.items() if slug == first}
    monkeypatch.setattr(
        register, "BASKETS", {**BASKETS, **broken, "last": BASKETS["associations-a-verifier"]}
    )
    register_baskets()
    assert Stay.objects.exists()
    assert f"basket {first} raised" in caplog.text


def test_the_team_sees_whose_reason_could_not_be_read(team, monkeypatch):
    """First of all, however long ago it came in; the others are told as ever."""
    first, second = OrganisationFactory.create_batch(2, status=OrganisationStatus.TO_CHECK)
    register_baskets()
    Stay.objects.filter(subject_id=first.pk).update(entered_at=clock.now() - LONG_AGO)
    Organisation.objects.filter(pk__in=[first.pk, second.pk]).update(
        status=OrganisationStatus.CHECKED, checked_at=clock.now()
    )
    why_left = register.why_left

    def raises(basket, subject, since):
        return why_left(basket, subject, since) if subject != first else str(1 // 0)

    monkeypatch.setattr(register, "why_left", raises)
    register_baskets()
    page = team.get(page_of("associations-a-verifier"))
    assert [told.url for told in page.context["passages"]] == [
        reverse("pages:organisation", args=[one.pk]) for one in (first, second)
    ]
    assert "La raison de sa sortie n’a pas pu être lue" in page.text
    assert "pas encore notée" in page.text
    monkeypatch.undo()
    register_baskets()
    assert "pas encore notée" not in team.get(page_of("associations-a-verifier")).text


def test_what_is_older_than_the_stay_is_not_why_it_ended(team, staff):
    """Checked four months ago: the check is not what takes it out today."""
    association = checked_long_ago(members=[UserFactory()])
    with clock.frozen(clock.now() - LONG_AGO):
        record(association.organisation, "check", "to_check", "checked", staff)
    register_baskets()
    set_delay(rule=LongIncomplete, occurrence=15, days=200, by=staff)
    register_baskets()
    stay = Stay.objects.get(basket="associations-incompletes")
    assert stay.why == BASKETS["associations-incompletes"].left


def test_what_cannot_take_a_line_out_is_not_why_it_went(team, staff):
    """Renamed meanwhile, and a request sent: the request is why, and the journal of the name says nothing."""
    association, called = refused_twice(), refused_twice()
    register_baskets()
    organisation = association.organisation
    record(organisation, "rename", organisation.status, organisation.status, staff, "Les Mains bleues")
    IntroductionFactory(association=association)
    click(team, "associations-refusees", called, note="Ils reprennent leur projet.")
    register_baskets()
    whys = dict(Stay.objects.filter(basket="associations-refusees").values_list("subject_id", "why"))
    assert whys[association.pk] == BASKETS["associations-refusees"].left
    assert whys[called.pk].startswith(f"Appel de l’équipe par {staff.get_full_name()}")


def test_the_register_shows_every_passage_that_it_counts_the_latest_first(team, monkeypatch):
    """Who came in long ago and left this week is among those who moved, and so is who exists no more."""
    slug, now = "associations-a-verifier", clock.now()
    old, gone, *others = OrganisationFactory.create_batch(5)
    for hours, one in enumerate((*others, gone, old), 1):
        Stay.objects.create(basket=slug, subject=one, entered_at=now - timedelta(hours=hours))
    stays = Stay.objects.filter(basket=slug)
    stays.filter(subject_id=old.pk).update(entered_at=now - timedelta(days=40), left_at=now, why="Parti.")
    gone.delete()
    monkeypatch.setattr(tower, "PASSAGES_SHOWN", 3)
    first, second = (team.get(page_of(slug), {"registre": page}) for page in (1, 2))
    assert first.context["movement"].entered + first.context["movement"].left == 5
    titles = [passage.title for page in (first, second) for passage in page.context["passages"]]
    assert titles == [old.name, *(one.name for one in others), "Une fiche qui n’existe plus"]
    assert "?registre=2#registre" in first.text
    assert "entrées et sorties page 2" in second.text


def test_a_basket_emptied_since_the_hour_does_not_say_that_somebody_is_still_there(team):
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    register_baskets()
    click(team, "associations-a-verifier", organisation)
    page = team.get(page_of("associations-a-verifier")).text
    assert "Ce panier est vide" in page
    assert "toujours là" not in page
    assert "pas encore, au dernier relevé" in page
    assert "Relevées toutes les heures" in page


def test_every_verb_that_moves_a_line_is_one_that_somebody_writes():
    written = {step.verb for workflow in registered_workflows() for step in workflow.transitions}
    written |= {*OrganisationEvent.values, "report_talk", "settle"}
    for basket in BASKETS.values():
        assert basket.moved_by <= written, basket.slug


def test_the_register_is_read_as_cards_on_a_phone(team):
    OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    register_baskets()
    page = team.get(page_of("associations-a-verifier")).text
    assert "css/cards.css" in page
    for column in ("Entrée", "Sortie", "Pourquoi"):
        assert f'data-label="{column}"' in page
