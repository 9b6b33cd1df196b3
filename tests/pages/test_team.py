import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import ClaimStatus, OrganisationStatus
from accounts.followups import StaffCheck
from accounts.models import Membership, Organisation
from accounts.operations import (
    check_organisation,
    claim_organisation,
    create_organisation,
    update_organisation,
)
from infotheque.enums import DocumentStatus
from infotheque.followups import CompleteSuggested, ReviewDocument
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Slot
from mecenova.agenda.operations import start
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.pages.duties import loads
from mecenova.ui.navigation import TEAM
from mecenova.workflow.journal import history
from partnerships.models import RefusalStep
from tests.accounts.factories import (
    ClaimFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    association = AssociationFactory(
        complete=True,
        organisation=OrganisationFactory(
            status=OrganisationStatus.TO_CHECK, name="L’Atelier <b>d’en face</b>"
        ),
    )
    MembershipFactory(organisation=association.organisation)
    return association.organisation


def shown(response):
    return html.unescape(response.content.decode())


def test_what_the_team_alone_reads_says_where_it_is(client):
    """From each of these pages the tower is one click away, at the head of the way there."""
    staff, colleague = StaffFactory.create_batch(2)
    client.force_login(staff)
    step = RefusalStep.objects.first()
    slot = Slot.objects.create(adviser=staff, starts_at=clock.now() + timedelta(days=1))
    for path in (
        slot.get_absolute_url(),
        reverse("accounts:person_absences", args=[colleague.pk]),
        reverse("accounts:person_absences", args=[staff.pk]),
        reverse("partnerships:refusal_step", args=[step.pk]),
        reverse("infotheque:deposits"),
        reverse("infotheque:curation"),
        reverse("agenda:team_slots"),
    ):
        page = client.get(path).content.decode()
        way = page[page.index('class="breadcrumbs"') :]
        assert f'href="{reverse("pages:control_tower")}"' in way[: way.index("</nav>")], path


@pytest.mark.parametrize(("label", "name"), [entry for entry in TEAM if "observatory" not in entry[1]])
def test_a_page_of_the_team_bears_the_name_that_leads_to_it(team, label, name):
    page = shown(team.get(reverse(name)))
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert heading
    assert " ".join(heading[1].split()) == " ".join(label.split())


def test_checking_an_organisation_is_one_click_and_tells_its_people(client, waiting):
    client.force_login(StaffFactory())
    page = client.get(reverse("pages:organisation", args=[waiting.pk])).content.decode()
    assert "&lt;b&gt;d’en face" in page
    response = client.post(reverse("pages:organisation_check", args=[waiting.pk]), follow=True)
    waiting.refresh_from_db()
    assert waiting.is_checked
    assert "est vérifiée" in shown(response)
    assert OutgoingMail.objects.filter(recipient__memberships__organisation=waiting).exists()


def test_what_is_to_be_decided_is_read_before_the_mails(client):
    waiting = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    person = MembershipFactory(organisation=waiting).user
    client.force_login(StaffFactory())
    page = client.get(reverse("pages:organisation", args=[waiting.pk])).text
    assert page.index("Vérifier cette fiche") < page.index("Les derniers courriels")
    assert f'href="mailto:{person.email}"' in page


def test_the_page_tells_what_the_organisation_was_called(client):
    association, staff = AssociationFactory(complete=True), StaffFactory()
    organisation = association.organisation
    former = organisation.name
    update_organisation(organisation=organisation, by=staff, name="L’Abri & Cie", postal_code="59000")
    client.force_login(staff)
    told = f"«\u202f{former}\u202f» est devenu «\u202fL’Abri & Cie\u202f»"
    for address in (reverse("pages:organisation", args=[organisation.pk]), association.get_absolute_url()):
        page = shown(client.get(address))
        assert "nom changé" in page
        assert told in page


def test_who_checks_a_company_reads_its_policy_and_its_needs(client, query_count):
    organisation = OrganisationFactory(kind="company", status=OrganisationStatus.TO_CHECK)
    company = CompanyFactory(organisation=organisation)
    draft, ready = NeedFactory(company=company), NeedFactory(company=company, published=True)
    address = reverse("pages:organisation", args=[organisation.pk])
    client.force_login(StaffFactory())
    page = shown(client.get(address))
    policy = company.policy
    for said in [*policy.causes.all(), *policy.territories.all(), *policy.kind_labels]:
        assert str(said) in page
    assert "Associations étudiées par mois" in page
    for need, state in ((draft, "Brouillon"), (ready, "Prêt")):
        row = page.partition(need.title)[2].partition("</li>")[0]
        assert state in row
        assert need.get_kind_display() in row
        assert need.description in row
    few = query_count(lambda: client.get(address))
    NeedFactory.create_batch(6, company=company, published=True)
    assert query_count(lambda: client.get(address)) == few


def test_a_company_that_has_said_nothing_yet_can_be_read_too(client):
    organisation = OrganisationFactory(kind="company", status=OrganisationStatus.TO_CHECK)
    CompanyFactory(organisation=organisation, policy=None)
    client.force_login(StaffFactory())
    page = shown(client.get(reverse("pages:organisation", args=[organisation.pk])))
    assert '<dt>Causes</dt><dd><span class="missing">non renseigné' in page
    assert "Immatriculation" not in page
    assert "Ses besoins" not in page


def test_a_second_click_changes_nothing(client, waiting):
    client.force_login(StaffFactory())
    address = reverse("pages:organisation_check", args=[waiting.pk])
    client.post(address)
    sent, lines = OutgoingMail.objects.count(), history(waiting).count()
    client.post(address)
    assert (OutgoingMail.objects.count(), history(waiting).count()) == (sent, lines)


def test_asking_for_a_change_keeps_what_was_typed_and_needs_words(client, waiting):
    client.force_login(StaffFactory())
    address = reverse("pages:organisation_ask_for_changes", args=[waiting.pk])
    assert client.post(address, {"message": ""}).status_code == 422
    client.post(address, {"message": "Précisez votre numéro RNA."})
    waiting.refresh_from_db()
    assert waiting.status == OrganisationStatus.CHANGES_ASKED


def test_what_was_asked_of_a_record_checked_meanwhile_is_given_back(client, waiting):
    """Somebody else of the team has read it first: the words can be copied, and nobody was sent them."""
    check_organisation(organisation=waiting, by=StaffFactory())
    client.force_login(StaffFactory())
    address = reverse("pages:organisation_ask_for_changes", args=[waiting.pk])
    answer = client.post(address, {"message": "Précisez votre numéro RNA."})
    assert answer.status_code == 422
    page = shown(answer)
    assert "Ce n’est pas enregistré" in page
    assert "Précisez votre numéro RNA." in page
    waiting.refresh_from_db()
    assert waiting.status == OrganisationStatus.CHECKED


def test_what_was_answered_to_a_claim_decided_meanwhile_is_given_back(client):
    claim = ClaimFactory()
    client.force_login(StaffFactory())
    address = reverse("pages:claim_decide", args=[claim.pk])
    client.post(address, {"decision": "refuse", "answer": "Nous n’avons pas pu vérifier."})
    late = client.post(address, {"decision": "accept", "answer": "Bienvenue, avec plaisir."})
    assert late.status_code == 422
    assert "Ce n’est pas enregistré" in shown(late)
    assert "Bienvenue, avec plaisir." in shown(late)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REFUSED


@pytest.mark.parametrize(
    ("decision", "answer", "status"),
    [
        ("accept", "", ClaimStatus.ACCEPTED),
        ("refuse", "Nous n’avons pas pu vérifier.", ClaimStatus.REFUSED),
        ("refuse", "", ClaimStatus.WAITING),
        ("peut-être", "", ClaimStatus.WAITING),
    ],
)
def test_deciding_a_claim(client, decision, answer, status):
    claim = ClaimFactory()
    client.force_login(StaffFactory())
    assert claim.message in shown(client.get(reverse("pages:claim", args=[claim.pk])))
    client.post(reverse("pages:claim_decide", args=[claim.pk]), {"decision": decision, "answer": answer})
    claim.refresh_from_db()
    assert claim.status == status
    assert Membership.objects.filter(user=claim.user).exists() is (status == ClaimStatus.ACCEPTED)


def test_others_find_nothing_and_get_changes_nothing(client, waiting):
    claim = ClaimFactory()
    client.force_login(UserFactory())
    for name, pk in (("organisation", waiting.pk), ("claim", claim.pk)):
        assert client.get(reverse(f"pages:{name}", args=[pk])).status_code == 404
    for name, pk in (
        ("organisation_check", waiting.pk),
        ("organisation_ask_for_changes", waiting.pk),
        ("claim_decide", claim.pk),
    ):
        assert client.post(reverse(f"pages:{name}", args=[pk])).status_code == 404
    client.force_login(StaffFactory())
    for name in ("organisation_check", "organisation_ask_for_changes"):
        assert client.get(reverse(f"pages:{name}", args=[waiting.pk])).status_code == 405
    waiting.refresh_from_db()
    assert waiting.status == OrganisationStatus.TO_CHECK


def test_what_the_team_owes_names_whom_it_is_for_and_where_to_act(client, query_count):
    client.force_login(StaffFactory())
    address = reverse("pages:control_tower")

    def one_of_each():
        organisation = create_organisation(
            kind="association",
            name=f"Le Fil {Organisation.objects.count()}",
            postal_code="59000",
            manager=UserFactory(),
            by=None,
        )
        claim = claim_organisation(organisation=organisation, message="Trésorière.", by=UserFactory())
        return organisation, claim

    organisation, claim = one_of_each()
    page = shown(client.get(address))
    assert organisation.name in page
    assert reverse("pages:organisation", args=[organisation.pk]) in page
    assert reverse("pages:claim", args=[claim.pk]) in page
    one = query_count(lambda: client.get(address))
    for _ in range(5):
        one_of_each()
    assert query_count(lambda: client.get(address)) == one


def test_what_is_done_weighs_on_nobody_any_more(staff):
    done, owed = OrganisationFactory.create_batch(2)
    for organisation in (done, owed):
        start(StaffCheck, organisation)
    agenda.share_staff_steps()
    agenda.close(done)
    assert [(load.person, load.owed) for load in loads()] == [(staff, 1)]


def test_people_who_wait_come_before_documents_however_late_these_are(client):
    with clock.frozen(clock.now() - timedelta(days=60)):
        document = DocumentFactory(published=True, status=DocumentStatus.TO_VERIFY)
        start(ReviewDocument, document)
    claim = claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
    client.force_login(StaffFactory())
    response = client.get(reverse("pages:control_tower"))
    assert [duty.title for duty in response.context["owed"]] == [claim.organisation.name, document.title]
    page = shown(response)
    assert page.index("Quelqu’un attend") < page.index(claim.organisation.name)
    assert page.index(claim.organisation.name) < page.index("Documents à relire") < page.index(document.title)


def test_a_document_that_was_suggested_is_somebody_who_waits(client):
    awaited, to_read = (
        DocumentFactory(),
        DocumentFactory(published=True, status=DocumentStatus.TO_VERIFY),
    )
    start(ReviewDocument, to_read)
    start(CompleteSuggested, awaited)
    client.force_login(StaffFactory())
    response = client.get(reverse("pages:control_tower"))
    owed = {duty.title: duty.whose for duty in response.context["owed"]}
    assert owed == {awaited.title: "Quelqu’un attend", to_read.title: "Documents à relire"}
    assert list(owed) == [awaited.title, to_read.title]


def test_all_that_the_team_owes_can_be_reached_page_after_page(client, monkeypatch):
    monkeypatch.setattr("mecenova.pages.views.tower.PAGE_SIZE", 2)
    client.force_login(StaffFactory())
    claims = [
        claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
        for _ in range(3)
    ]
    address = reverse("pages:control_tower")
    pages = [client.get(address, {"page": number}) for number in (1, 2)]
    assert [len(page.context["owed"]) for page in pages] == [2, 1]
    met = "".join(page.text for page in pages)
    assert all(reverse("pages:claim", args=[claim.pk]) in met for claim in claims)
    assert "?page=2" in pages[0].text


def test_a_step_that_a_colleague_has_just_closed_is_no_longer_taken_on(client, waiting, monkeypatch):
    """Between the two reads too: the page says so, and nothing changes."""
    staff, step = StaffFactory(), start(StaffCheck, waiting)
    client.force_login(staff)
    take_on, assign = reverse("pages:take_on", args=[step.pk]), agenda.assign
    assert "C’est pour vous" in shown(client.post(take_on, follow=True))

    def after_a_colleague(**given):
        agenda.close(waiting)
        return assign(**given)

    monkeypatch.setattr(agenda, "assign", after_a_colleague)
    for _ in range(2):
        assert "n’est plus à la charge de l’équipe" in shown(client.post(take_on, follow=True))
    assert history(step).filter(verb="assign").count() == 1
