"""The site's main job in one story: sign up, check, publish, match, answer."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from associations.models import Association, Project
from companies.models import Need
from matching.models import Suggestion
from matching.notifications import SuggestionsDigest
from matching.operations import run_round
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionRequested
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.browser import PHONE, assert_good
from tests.companies.factories import PolicyFactory
from tests.journeys.conftest import link_in, submit_without_browser_help

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MISSION = (
    "Nous cuisinons chaque jour des repas de quartier avec des personnes éloignées de l’emploi, "
    "qui apprennent un métier et reprennent confiance."
)
EMAIL = "lea@exemple.example"


@pytest.fixture
def company_member():
    policy = PolicyFactory(
        causes=["precarite", "emploi-et-insertion"],
        kinds=["financial", "skills"],
        territories=["59"],
        monthly_capacity=3,
        company__organisation__status=OrganisationStatus.CHECKED,
        company__organisation__name="Valmorine Mutuelle",
    )
    return MembershipFactory(organisation=policy.company.organisation)


def sign_up(page: Page) -> None:
    """Three screens: the person, the code, the association."""
    page.goto(reverse("accounts:sign_up"))
    page.get_by_label("Une association").check()
    page.get_by_label("Prénom").fill("Léa")
    page.get_by_label("Nom", exact=True).fill("Roux")
    page.get_by_label("Adresse e-mail").fill(EMAIL)
    page.get_by_label("Mot de passe").fill("une lampe dans la nuit")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Code").fill(OutgoingMail.objects.get(address=EMAIL).subject.split()[0])
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/inscription/association/")
    submit_without_browser_help(page, "Inscrire l’association")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_good(page)
    page.get_by_label("Nom de l’association").fill("Les Cuisines du Faubourg")
    page.get_by_label("Code postal du siège").fill("59000")
    page.get_by_label("Commune").fill("Lille")
    page.get_by_label("Numéro RNA").check()
    page.get_by_label("Numéro, ou tribunal").fill("W599123456")
    page.get_by_label("Votre mission").fill(MISSION)
    page.get_by_role("checkbox", name="Précarité", exact=True).check()
    page.get_by_role("checkbox", name="Emploi et insertion", exact=True).check()
    page.get_by_text("Hauts-de-France", exact=True).first.click()
    page.get_by_label("Nord (59)").check()
    page.get_by_label("Déclarée d’intérêt général").check()
    page.get_by_role("button", name="Inscrire l’association").click()
    page.wait_for_url("**/tableau-de-bord/")


def publish_a_project(page: Page) -> None:
    page.goto(reverse("pages:dashboard"))
    page.get_by_role("link", name="Écrire un projet").click()
    page.get_by_label("Titre du projet").fill("Une équipe du soir en cuisine")
    page.get_by_label("Description").fill(
        "Douze places de plus, le soir, pour apprendre la cuisine et retrouver un emploi à Lille."
    )
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("Le brouillon est enregistré")).to_be_visible()
    project = Project.objects.get()
    page.goto(reverse("associations:ask_create", args=[project.pk]))
    page.get_by_role("link", name="Mécénat financier").click()
    page.get_by_label("Montant recherché").fill("12 500,50 €")
    page.get_by_role("button", name="Ajouter la demande").click()
    expect(page.get_by_text("12\u202f500")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Oui, publier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Une équipe du soir en cuisine")
    assert_good(page)


def publish_a_need(page: Page) -> None:
    page.goto(reverse("pages:dashboard"))
    assert_good(page)
    page.get_by_role("link", name="Publier un besoin").click()
    page.get_by_role("link", name="financier").or_(page.get_by_role("link", name="argent")).first.click()
    page.get_by_label("Titre").fill("Apprendre la cuisine pour retrouver un emploi")
    page.get_by_label("Description").fill("Nous finançons des cuisines d’insertion à Lille et autour.")
    page.get_by_label("Montant maximal").fill("20000")
    page.get_by_role("checkbox", name="Précarité", exact=True).check()
    page.get_by_role("checkbox", name="Emploi et insertion", exact=True).check()
    page.get_by_text("Hauts-de-France", exact=True).first.click()
    page.get_by_label("Nord").check()
    deadline = clock.today() + timedelta(days=40)
    page.get_by_label("Date limite").fill(deadline.isoformat())
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("button", name="Publier le besoin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Apprendre la cuisine")
    assert_good(page)


def test_from_sign_up_to_partnership(new_page, enter, base_url, company_member, expected_console_errors):
    expected_console_errors.append("status of 422")
    volunteer = new_page(PHONE)
    sign_up(volunteer)
    organisation = Organisation.objects.get(name="Les Cuisines du Faubourg")
    expect(volunteer.get_by_role("main")).to_contain_text("Vérifier l’inscription")
    assert_good(volunteer)
    run_due()
    assert OutgoingMail.objects.filter(address=EMAIL, notification="matching.welcome").exists()

    team = enter(new_page(PHONE), StaffFactory())
    team.goto(reverse("pages:basket", args=["associations-a-verifier"]))
    assert_good(team)
    team.get_by_role("link", name="Les Cuisines du Faubourg", exact=True).click()
    assert_good(team)
    team.get_by_role("button", name="Vérifier cette fiche").click()
    expect(team.get_by_text("est vérifiée")).to_be_visible()
    organisation.refresh_from_db()
    assert organisation.is_checked

    publish_a_project(volunteer)
    company = enter(new_page(PHONE), company_member.user)
    publish_a_need(company)

    assert run_round().presented == 1
    digest = OutgoingMail.objects.get(notification=SuggestionsDigest.name)
    assert digest.address == company_member.user.email
    stranger = new_page(PHONE)
    stranger.goto(link_in(digest, f"Elle nous intéresse\u00a0: {organisation.name}", base_url))
    assert_good(stranger)
    assert not Introduction.objects.exists(), "looking changes nothing"
    stranger.get_by_role("button", name="Demander une mise en relation").click()
    expect(stranger.get_by_text("Votre message se lit déjà sur le site")).to_be_visible()
    assert_good(stranger)
    introduction = Introduction.objects.get()
    assert introduction.status == IntroductionStatus.REQUESTED
    assert next_step(introduction).organisation_id == organisation.pk

    answer = new_page(PHONE)
    request = OutgoingMail.objects.get(notification=IntroductionRequested.name, address=EMAIL)
    answer.goto(link_in(request, "Lire et répondre", base_url))
    assert_good(answer)
    answer.get_by_label("Oui, échangeons").check()
    answer.get_by_label("Un mot pour l’autre côté").fill("Venez déjeuner mardi.")
    answer.get_by_role("main").get_by_role("button").click()
    expect(answer.get_by_text("une page de partenariat est ouverte")).to_be_visible()

    partnership = Partnership.objects.get()
    assert next_step(partnership).organisation_id == company_member.organisation_id
    for page in (volunteer, company):
        page.goto(reverse("pages:dashboard"))
        assert_good(page)
        page.get_by_role("link", name=partnership.title).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(partnership.title)
        assert_good(page)
    assert Suggestion.objects.get().introduction == introduction
    assert Association.objects.get().projects.get().asks.count() == 1
    assert Need.objects.count() == 1
