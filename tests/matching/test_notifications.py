"""Whole mails, as their readers get them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.followups import StaffCheck
from accounts.operations import withdraw_organisation
from associations.models import Association
from matching.models import Suggestion
from matching.notifications import AssociationWelcome, CompanyWelcome, SuggestionDeclined, SuggestionsDigest
from matching.odds.counts import ENOUGH, Odds
from matching.operations import decline_suggestion
from mecenova.agenda.operations import start
from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.digest import next_digest_time
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from partnerships.models import RefusalStep
from partnerships.operations import accept_introduction, decline_introduction
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.mail.reading import whole
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HARD_NAME = "L’Atelier d’à côté & Cie <b> *"


def text():
    mail = OutgoingMail.objects.get()
    blank = re.compile(r"/lien/[^\s)]+|[0-9a-f]{8}-[0-9a-f-]{27}")
    return blank.sub("…", whole(mail))


def person(organisation):
    user = UserFactory(first_name="Camille")
    MembershipFactory(organisation=organisation, user=user)
    return user


@pytest.mark.django_db
def test_the_digest(snapshot):
    with clock.frozen(MONDAY), transaction.atomic():
        need = NeedFactory(published=True, title="Des parrains pour des jeunes")
        need.company.organisation.name = "Fondation Œuvres *vives*"
        need.company.organisation.save()
        for number, name in enumerate((HARD_NAME, "Les Jardins")):
            suggestion = SuggestionFactory(need=need, score=f"0.{8 - number}")
            suggestion.association.organisation.name = name
            suggestion.association.organisation.save()
        Suggestion.objects.update(digested_at=MONDAY)
        queue(SuggestionsDigest, person(need.company.organisation))
        assert text() == snapshot


@pytest.mark.django_db
def test_the_digest_is_no_longer_wanted_once_all_is_answered():
    suggestion = SuggestionFactory()
    reader = person(suggestion.company.organisation)
    Suggestion.objects.update(digested_at=MONDAY)
    assert SuggestionsDigest().still_wanted(reader, reader)
    decline_suggestion(suggestion=suggestion, reason="amount", by=reader)
    assert not SuggestionsDigest().still_wanted(reader, reader)


@pytest.mark.django_db
def test_a_no_is_a_step_in_the_letter_of_the_week(snapshot):
    """Two companies said no in the week: one letter, with the three things for each, and nothing before."""
    with clock.frozen(MONDAY) as now:
        association = AssociationFactory(complete=True, organisation__name=HARD_NAME)
        reader = person(association.organisation)
        given = (
            ("Banque d’ici", "unclear", "Des parrains"),
            ("Œuvres *vives*", "timing", "Un coup de pouce"),
        )
        document = DocumentFactory(published=True, title="Quand demander, et à qui & <b>")
        RefusalStep.objects.filter(reason="timing").update(document=document)
        for name, reason, title in given:
            need = NeedFactory(published=True, title=title, company__organisation__name=name)
            suggestion = SuggestionFactory(need=need, association=association)
            company = person(need.company.organisation)
            decline_suggestion(suggestion=suggestion, reason=reason, by=company, note="Entre nous.")
            now.advance(timedelta(minutes=5))
        assert not OutgoingMail.objects.exists()
        now.move_to(next_digest_time(now()))
        compose_due()
        assert OutgoingMail.objects.get().recipient == reader
        assert "Entre nous" not in text(), "the company wrote it to the team"
        assert text() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["left", "paused"])
def test_a_no_is_not_told_to_who_has_left_or_is_in_pause(gone):
    with clock.frozen(MONDAY):
        suggestion = SuggestionFactory(declined=True)
        reader = person(suggestion.association.organisation)
        assert SuggestionDeclined().still_wanted(suggestion, reader)
        if gone == "left":
            withdraw_organisation(organisation=suggestion.association.organisation, by=None)
        else:
            Association.objects.update(stance="paused", paused_until=MONDAY.date())
        suggestion = Suggestion.objects.with_parties().get()
        assert not SuggestionDeclined().still_wanted(suggestion, reader)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["requested", "yes", "no"])
def test_a_no_is_not_told_to_who_talks_with_that_company_since(status):
    """A « yes » on Friday is not followed by the « no » of the week on Monday."""
    with clock.frozen(MONDAY):
        suggestion = SuggestionFactory(declined=True)
        reader = person(suggestion.association.organisation)
        asked = IntroductionFactory(
            association=suggestion.association, company=suggestion.company, need=suggestion.need
        )
        company = member_of(suggestion.company)
        if status == "yes":
            accept_introduction(introduction=asked, by=company)
        elif status == "no":
            decline_introduction(introduction=asked, reason="unclear", by=company)
        assert SuggestionDeclined().still_wanted(suggestion, reader) == (status == "no")


@pytest.mark.django_db
def test_a_no_of_a_company_that_left_since_promises_no_date():
    with clock.frozen(MONDAY) as now:
        suggestion = SuggestionFactory()
        person(suggestion.association.organisation)
        company = person(suggestion.company.organisation)
        decline_suggestion(suggestion=suggestion, reason="unclear", by=company)
        withdraw_organisation(organisation=suggestion.company.organisation, by=None)
        now.move_to(next_digest_time(now()))
        compose_due()
        letter = OutgoingMail.objects.get(notification="mail.weekly_digest").text
        assert "À faire maintenant" in letter
        assert "nous pourrons de nouveau vous proposer" not in letter


@pytest.mark.django_db
def test_the_welcome_of_a_nearly_empty_profile(snapshot):
    with clock.frozen(MONDAY), transaction.atomic():
        association = AssociationFactory(organisation__name=HARD_NAME, organisation__status="to_check")
        start(StaffCheck, association.organisation)
        NeedFactory(published=True, territories=["13"])
        person(association.organisation)
        queue(AssociationWelcome, association.organisation)
        assert text() == snapshot


@pytest.mark.django_db
def test_the_welcome_reads_the_office_and_what_is_around_it_with_the_association():
    association = AssociationFactory(complete=True)
    reader = person(association.organisation)
    with CaptureQueriesContext(connection) as queries:
        AssociationWelcome().context(association.organisation, reader)
    assert not [query for query in queries if '"reference_territory"."id" = ' in query["sql"][-80:]]


@pytest.mark.django_db
def test_the_welcome_of_a_complete_profile(snapshot):
    with clock.frozen(MONDAY), transaction.atomic():
        association = AssociationFactory(complete=True, organisation__name="Les Jardins")
        company = CompanyFactory(organisation__name="Banque d’ici", policy__territories=["FR"])
        NeedFactory(company=company, published=True, territories=["59"], title="Des ateliers vers l’emploi")
        person(association.organisation)
        queue(AssociationWelcome, association.organisation)
        assert text() == snapshot


@pytest.mark.django_db
def test_the_welcome_says_the_wait_in_plain_words():
    with clock.frozen(MONDAY) as now:
        newcomer, *presented = AssociationFactory.create_batch(ENOUGH + 1, complete=True)
        need = NeedFactory(published=True)
        now.advance(timedelta(days=20))
        for association in presented:
            SuggestionFactory(need=need, association=association)
        person(newcomer.organisation)
        with transaction.atomic():
            queue(AssociationWelcome, newcomer.organisation)
        told = text().replace("\u00a0", " ")
        assert "une association sur deux a attendu moins de 21 jours" in told
        assert "médian" not in told


@pytest.mark.django_db
def test_the_welcome_never_calls_near_what_is_counted_in_all_of_france():
    organisation = AssociationFactory(organisation__department=None).organisation
    person(organisation)
    with transaction.atomic():
        queue(AssociationWelcome, organisation)
    told = text().replace("\u00a0", " ")
    assert "dans toute la France : nous ne savons pas encore où vous êtes" in told
    assert "près de vous" not in told


def room(**figures):
    """Odds of this many, all else being nought."""
    nought = dict.fromkeys(("associations", "companies", "needs", "places_this_month", "places_left"), 0)
    return Odds(**{**nought, **figures}, median_wait_days=None, never_presented=0)


def welcome(template, monkeypatch, found):
    """The mail's words, for an organisation that stands before these odds."""
    if template is AssociationWelcome:
        organisation = AssociationFactory(complete=True).organisation
    else:
        organisation = CompanyFactory().organisation
    monkeypatch.setattr("matching.notifications.odds", lambda **case: found)
    monkeypatch.setattr("matching.notifications.what_if", lambda case, place: (found, []))
    person(organisation)
    with transaction.atomic():
        queue(template, organisation)
    return text().replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({}, "entreprises qui soutiennent ces causes près de vous : aucune\n"),
        ({}, "besoins ouverts pour ces causes, près de vous : aucun\n"),
        ({}, "places encore libres ce mois-ci : aucune\n"),
        ({"companies": 1, "needs": 1}, "près de vous : 1 (il ne vous convient peut-être pas)\n"),
        ({"companies": 2, "needs": 2}, "près de vous : 2 (tous ne vous conviennent pas)\n"),
        ({"companies": 1, "places_this_month": 3}, "associations ouvertes aux entreprises : aucune\n"),
        ({"companies": 1, "places_this_month": 3}, "dans ces causes près de vous : vous seriez la première."),
        ({"companies": 5, "associations": 1, "places_this_month": 3}, "Vous êtes moins de cinq"),
        (
            {"companies": 4, "places_left": 7, "places_this_month": 7},
            "places encore libres ce mois-ci : très peu\n",
        ),
        ({"companies": 4, "associations": 6, "places_this_month": 7}, "Moins de cinq entreprises y étudient"),
        (
            {"companies": 5, "associations": 6, "places_this_month": 6},
            "sur le papier, une place pour chacune",
        ),
        (
            {"companies": 5, "associations": 6, "places_this_month": 5},
            "Cela fait 1,2 association pour une place par mois.",
        ),
        (
            # One too many for each to have one, as the public page says.
            {"companies": 5, "associations": 51, "places_this_month": 50},
            "Cela fait 1,1 association pour une place par mois.",
        ),
        (
            {"companies": 5, "associations": 6, "places_this_month": 3},
            "Cela fait 2 associations pour une place par mois.",
        ),
    ],
)
def test_the_welcome_of_an_association_counts_in_french(monkeypatch, figures, told):
    written = welcome(AssociationWelcome, monkeypatch, room(**figures))
    assert told in written
    if not figures.get("associations"):
        assert "une place pour chacune" not in written, "nobody is there to have one"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({}, "aucune association vérifiée n’est encore ouverte aux entreprises. Un besoin publié"),
        ({}, "Aucun besoin n’y est encore ouvert, toutes entreprises confondues."),
        ({"associations": 1, "needs": 1}, "une association vérifiée est ouverte aux entreprises. Un seul"),
        ({"associations": 1, "needs": 1}, "Un seul besoin y est ouvert, toutes entreprises confondues."),
        ({"associations": 2, "needs": 2}, "2 associations vérifiées sont ouvertes aux entreprises."),
        ({"associations": 2, "needs": 2}, "2 besoins y sont ouverts, toutes entreprises confondues."),
    ],
)
def test_the_welcome_of_a_company_counts_in_french(monkeypatch, figures, told):
    assert told in welcome(CompanyWelcome, monkeypatch, room(**figures))


@pytest.mark.django_db
@pytest.mark.parametrize("silent", [True, False])
def test_the_welcome_of_a_company(snapshot, silent):
    with clock.frozen(MONDAY), transaction.atomic():
        company = CompanyFactory(organisation__name="Banque d’ici", **({"policy": None} if silent else {}))
        AssociationFactory(complete=True)
        person(company.organisation)
        queue(CompanyWelcome, company.organisation)
        assert text() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("policy", "need", "label", "page"),
    [
        ({"policy": None}, False, "Dire ce que vous soutenez", "companies:policy"),
        ({"policy__monthly_capacity": 0}, True, "Dire ce que vous soutenez", "companies:policy"),
        ({}, False, "Publier un besoin", "companies:need_create"),
        ({}, True, "Relire ce que vous soutenez", "companies:policy"),
    ],
)
def test_the_welcome_of_a_company_leads_where_what_is_missing_is_said(policy, need, label, page):
    company = CompanyFactory(**policy)
    if need:
        NeedFactory(company=company, published=True)
    told = CompanyWelcome().context(company.organisation, person(company.organisation))
    assert told["action"] == label
    assert reverse(page, args=[company.pk] if page == "companies:policy" else []) in told["action_url"]
