"""What will leave if nobody acts, as the team reads it."""

from datetime import datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.rehearsal.enums import LineKind, PreviewStatus
from mecenova.rehearsal.models import Preview, PreviewLine
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "pages:preview"


def ready(days=30, lines=3):
    preview = Preview.objects.create(
        days=days, status=PreviewStatus.DONE, begins_at=clock.now(), finished_at=clock.now()
    )
    PreviewLine.objects.bulk_create(
        PreviewLine(
            preview=preview,
            at=clock.now() + timedelta(days=n),
            kind=kind,
            name="tests.line",
            recipient=UserFactory(),
            text=f"Ligne {n} {kind}",
        )
        for n in range(lines)
        for kind in LineKind.values
    )
    return preview


def test_without_a_preview_the_page_says_how_to_get_one(team):
    page = team.get(reverse(PAGE)).text
    assert "Aucun aperçu n’est encore prêt" in page
    assert ("Calculer maintenant" in page, "Recalculer" in page) == (True, False)
    ready()
    assert "Recalculer maintenant" in team.get(reverse(PAGE)).text


def test_days_and_the_lines_of_the_chosen_one(team):
    ready()
    page = team.get(reverse(PAGE))
    assert [list(row.values()) for row in page.context["numbers"].values()] == [[1, 1, 1]] * 3
    assert "Ligne 0 mail" in page.text
    last = max(page.context["numbers"])
    chosen = team.get(f"{reverse(PAGE)}?jour={last:%Y-%m-%d}").text
    assert "Ligne 2 digest" in chosen
    assert "Ligne 0 mail" not in chosen


def test_the_month_is_added_up_and_asked_for_once(team):
    ready()
    page = unescape(team.get(reverse(PAGE)).text).replace("\u00a0", " ")
    assert "En tout : 3 courriels, 3 lettres de la semaine, 3 relances." in page
    Preview.objects.create(days=30)
    assert "Recalculer maintenant" not in team.get(reverse(PAGE)).text


def test_tonight_has_its_own_preview(team):
    ready()
    assert "Aucun aperçu n’est encore prêt" in team.get(f"{reverse(PAGE)}?jours=1").text


@pytest.mark.parametrize("query", ["jours=x&jour=x", "jour=9999-99-99", "jours=-1&page=x", "jour=2020-01-01"])
def test_hostile_addresses_show_the_first_day(team, query):
    ready()
    assert "Ligne 0 mail" in team.get(f"{reverse(PAGE)}?{query}").text


def test_an_empty_month_says_that_nothing_leaves(team):
    ready(lines=0)
    assert "Rien ne partira" in team.get(reverse(PAGE)).text


def test_a_month_that_was_too_long_to_live_says_where_it_stops(team):
    preview = ready()
    assert "s’arrête" not in team.get(reverse(PAGE)).text
    preview.stopped_at = datetime(2026, 12, 14, 9, 5, tzinfo=clock.PARIS)
    preview.save()
    page = team.get(reverse(PAGE)).text
    assert "s’arrête le lundi 14 décembre" in page.replace("\u00a0", " ")


def test_a_failure_is_shown_beside_the_last_that_worked(team):
    ready()
    Preview.objects.create(
        days=30, status=PreviewStatus.FAILED, finished_at=clock.now(), error="Pas de droit de créer une base."
    )
    page = team.get(reverse(PAGE)).text
    assert "Pas de droit de créer une base." in page
    assert "Ligne 0 mail" in page


def test_asked_twice_it_is_prepared_once(team):
    for _ in range(2):
        page = team.post(reverse("pages:preview_ask"), {"jours": "1"}, follow=True)
    assert "en préparation" in page.text
    assert Preview.objects.get().days == 1


def test_as_many_queries_for_a_line_as_for_many(team, query_count):
    ready(lines=1)
    team.get(reverse(PAGE))
    one = query_count(lambda: team.get(reverse(PAGE)))
    Preview.objects.all().delete()
    ready(lines=20)
    assert query_count(lambda: team.get(reverse(PAGE))) == one


def test_a_line_names_whom_it_is_about_and_leads_there(team, query_count):
    preview = ready(lines=1)
    organisations = OrganisationFactory.create_batch(3)
    for subject in [*organisations, StaffFactory()]:
        PreviewLine.objects.create(
            preview=preview,
            at=clock.now(),
            kind=LineKind.FOLLOW_UP,
            name="tests.line",
            subject=subject,
            text="Compléter la fiche.",
        )
    preview.lines.create(
        at=clock.now(),
        kind=LineKind.FOLLOW_UP,
        name="tests.line",
        subject_type=ContentType.objects.get_for_model(organisations[0]),
        subject_id=UUID(int=1),
        text="D’un sujet à naître.",
    )
    page = team.get(reverse(PAGE)).text
    for organisation in organisations:
        assert f'href="{reverse("pages:organisation", args=[organisation.pk])}">{organisation.name}' in page
    assert page.count("Compléter la fiche.") == 4
    assert "D’un sujet à naître." in page


def test_for_the_team_alone(client):
    client.force_login(UserFactory())
    assert client.get(reverse(PAGE)).status_code == 404
    assert client.post(reverse("pages:preview_ask"), {"jours": "1"}).status_code == 404
    assert not Preview.objects.exists()
