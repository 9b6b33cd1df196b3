"""Causes proposed from a text: for a person to confirm, written nowhere before; and texts nobody expected."""

import html

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from associations.hints import proposed_causes
from associations.models import Association
from matching.hints import causes_told
from matching.operations import run_round
from matching.scoring.causes import MOST_PROPOSED, cause_sums, cause_weights, likely_causes
from mecenova.reference.models import Cause
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db

ENGLISH = "We help families who just moved here and need a hand with their daily paperwork."
HOSTILE = (
    "",
    " ",
    "🎉",
    ENGLISH,
    "vélo " * 20_000,
    "l" * 100_000,
    "\u202e'; DROP TABLE x; --",
    "Fonctionnement",
)


@pytest.fixture
def silent():
    """An association that declares no cause, though its mission tells one."""
    return AssociationFactory(
        organisation__name="Ensemble",
        purpose="Nous animons un chantier d’insertion pour des chômeurs de longue durée.",
    )


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Chantier d’insertion pour des chômeurs", "emploi-et-insertion"),
        ("École de rugby, tournois de jeunes", "sport"),
        ("Troupe de théâtre amateur", "culture"),
        ("Restauration d’une rivière et de ses zones humides", "environnement"),
        ("Aide alimentaire aux plus démunis", "precarite"),
        ("Construction d’un dispensaire au Mali", "solidarite-internationale"),
        ("Accompagner les personnes handicapées", "handicap"),
    ],
)
def test_a_text_that_tells_a_cause_proposes_it(text, cause):
    found = causes_told(AssociationFactory(organisation__name="Ensemble", purpose=text))
    assert found[0] == cause
    assert len(found) <= MOST_PROPOSED


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_tells_nothing_proposes_nothing_or_a_few(text):
    found = causes_told(AssociationFactory.build(organisation__name="", purpose=text))
    assert len(found) <= MOST_PROPOSED
    # Cycling is a cause; « hand », said in English, is taken for handball: a person does not confirm it.
    if "vélo" not in text and text != ENGLISH:
        assert found == []


def test_words_weigh_once_however_often_they_are_said_and_only_for_causes_that_exist():
    assert cause_sums(["theatr"] * 50) == cause_sums(["theatr"])
    assert likely_causes([]) == []
    known = set(Cause.objects.values_list("slug", flat=True))
    assert {cause for told in cause_weights().values() for cause in told} <= known


def test_what_is_declared_is_not_guessed_again(silent):
    assert [cause.slug for cause in proposed_causes(silent)] == ["emploi-et-insertion"]
    silent.causes.set([Cause.objects.get(slug="sport")])
    assert proposed_causes(silent) == []


def test_a_member_sees_the_proposal_and_confirms_it_and_nothing_is_kept_before(client, silent):
    user = UserFactory()
    MembershipFactory(organisation=silent.organisation, user=user)
    client.force_login(user)
    page = html.unescape(client.get(reverse("associations:edit", args=[silent.pk])).content.decode())
    assert "D’après le texte de la fiche" in page
    section = reverse("associations:edit_section", args=[silent.pk, "mission"])
    response = client.get(section)
    assert "cochées d’après votre texte" in html.unescape(response.content.decode())
    proposed = response.context["form"].initial["causes"]
    assert not Association.objects.get(pk=silent.pk).causes.exists()
    client.post(section, {"purpose": silent.purpose, "causes": [cause.slug for cause in proposed]})
    assert set(silent.causes.values_list("slug", flat=True)) == {"emploi-et-insertion"}
    assert (
        "D’après le texte" not in client.get(reverse("associations:edit", args=[silent.pk])).content.decode()
    )


def test_the_team_sees_it_on_the_page_where_it_checks(client, silent):
    organisation = silent.organisation
    organisation.status = OrganisationStatus.TO_CHECK
    organisation.save(update_fields=["status"])
    client.force_login(StaffFactory())
    page = html.unescape(client.get(reverse("pages:organisation", args=[organisation.pk])).content.decode())
    assert "D’après le texte de la fiche" in page
    assert not silent.causes.exists()


def test_a_company_to_check_is_shown_without_a_proposal(client):
    company = CompanyFactory(organisation__status=OrganisationStatus.TO_CHECK)
    client.force_login(StaffFactory())
    page = client.get(reverse("pages:organisation", args=[company.organisation.pk])).content.decode()
    assert "D’après le texte" not in page


def test_a_round_ends_well_on_texts_nobody_expected():
    for number, text in enumerate(HOSTILE):
        AssociationFactory(organisation__name=f"Association {number}", purpose=text, causes=["culture"])
    NeedFactory(published=True, title="Help", description=ENGLISH, territories=["FR"], causes=["culture"])
    NeedFactory(
        published=True, title="Vélo", description="vélo " * 20_000, territories=["FR"], causes=["sport"]
    )
    done = run_round()
    assert done is not None
    assert done.needs == 2
    assert done.presented <= len(HOSTILE)
    again = run_round()
    assert again is None or again.presented == 0
