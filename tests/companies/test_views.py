"""The pages, as visitors, strangers, members and staff meet them."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.enums import OrganisationStatus
from companies.enums import NeedStatus
from companies.followups import refresh_step
from companies.models import Company, Need, Policy
from companies.operations import create_need, publish_need, register_company
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.ui.figures import long_date
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script>{{ 7|add:"7" }}" onmouseover="x'


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def member(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def company(user):
    return CompanyFactory(members=[user])


def url(name, *args):
    return reverse(f"companies:{name}", args=args)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


REGISTRATION = {
    "name": "Verrerie du Nord",
    "giver": "foundation",
    "sector": "energie",
    "postal_code": "59 000",
    "causes": ["sante"],
    "kinds": ["in_kind"],
    "territories": ["59"],
    "monthly_capacity": "2",
}


class TestRegister:
    def test_a_visitor_signs_in_first(self, client):
        assert client.get(url("register")).status_code == 302
        assert client.post(url("register"), REGISTRATION).status_code == 302
        assert not Company.objects.exists()

    def test_ends_on_the_dashboard(self, member):
        assert member.get(url("register")).status_code == 200
        answer = member.post(url("register"), REGISTRATION)
        assert answer.url == reverse("pages:dashboard")
        company = Company.objects.get()
        assert company.organisation.postal_code == "59000"
        assert company.policy.kinds == ["in_kind"]
        assert f"au plus tard le {long_date(next_step(company.organisation).deadline)}" in said(answer)[0]

    def test_sent_twice_is_one_company(self, member):
        for _ in range(2):
            assert member.post(url("register"), REGISTRATION).status_code == 302
        assert Company.objects.count() == 1

    def test_who_goes_back_and_corrects_is_heard(self, member):
        key = member.get(url("register")).context["form"]["company_id"].value()
        for name in ("Verrerie du Nrd", "Verrerie du Nord"):
            member.post(url("register"), {**REGISTRATION, "name": name, "company_id": key})
        assert str(Company.objects.get()) == "Verrerie du Nord"

    def test_a_known_company_is_offered_to_claim_and_what_was_typed_is_still_there(self, member):
        known = register_company(by=None, name="VERRERIE du Nord", postal_code="59000", status="unclaimed")
        answer = member.post(url("register"), REGISTRATION)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert reverse("accounts:claim", args=[known.organisation_id]) in page
        # Asking to join leaves the form: what is in it goes nowhere, and the page does not say otherwise.
        assert "n’est pas repris" in page
        assert "n’est perdu" not in page
        assert 'value="Verrerie du Nord"' in page
        assert 'value="59" id="id_territories_' in page

    def test_who_is_of_it_already_is_offered_no_claim(self, member, user):
        own = OrganisationFactory(kind="company", name=REGISTRATION["name"], postal_code="59000")
        MembershipFactory(user=user, organisation=own)
        assert member.post(url("register"), REGISTRATION).url == reverse("pages:dashboard")
        assert not Company.objects.exists()

    def test_the_key_of_another_s_company_is_not_there(self, member):
        typed = {**REGISTRATION, "company_id": CompanyFactory().pk}
        assert member.post(url("register"), typed).status_code == 404

    def test_errors_keep_what_was_typed(self, member):
        answer = member.post(url("register"), {**REGISTRATION, "name": HOSTILE, "causes": []})
        page = answer.content.decode()
        assert "Choisissez au moins une cause." in page
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert not Company.objects.exists()


class TestCompanyPage:
    def test_visitors_read_the_policy_and_open_needs_not_the_capacity(self, client, company):
        NeedFactory(company=company, title="Ouvert", published=True)
        NeedFactory(company=company, title="Brouillon")
        page = client.get(url("detail", company.pk)).content.decode()
        assert "Emploi et insertion" in page
        assert "Ouvert" in page
        assert "Brouillon" not in page
        assert "étudiées par mois" not in page
        assert "S’inscrire ne suffit pas" in page

    def test_members_read_their_step_and_their_drafts(self, member, company):
        draft = NeedFactory(company=company)
        page = member.get(url("detail", company.pk)).content.decode()
        assert draft.title in page
        assert "un besoin publié" in page
        assert "étudiées par mois" in page
        assert url("edit", company.pk) in page

    def test_the_team_is_led_to_no_form_that_is_the_members_own(self, client, member, company):
        address = f"{reverse('companies:need_create')}?entreprise={company.pk}"
        assert address in member.get(url("detail", company.pk)).content.decode()
        client.force_login(StaffFactory())
        page = client.get(url("detail", company.pk)).content.decode()
        assert "un besoin publié" in page
        assert address not in page

    def test_who_has_an_association_may_ask_and_nobody_is_led_to_a_page_that_is_not_theirs(
        self, client, company
    ):
        need = NeedFactory(company=company, published=True)
        pages = {url("detail", company.pk): f"entreprise={company.pk}"}
        pages[url("need_detail", need.pk)] = f"besoin={need.pk}"
        readers = [UserFactory() for _ in range(3)]
        AssociationFactory(members=readers[:1])
        CompanyFactory(members=readers[1:2])
        for user, asks in zip(readers, (True, False, False), strict=True):
            client.force_login(user)
            for page, query in pages.items():
                address = f"{reverse('partnerships:introduction_create')}?{query}"
                assert (address in client.get(page).text) is asks
                assert (client.get(address).status_code == 200) is asks
        assert reverse("associations:register") in client.get(page).text

    def test_what_the_company_owes_is_its_own_turn_and_not_the_team_s(self, client, member, company):
        refresh_step(company.organisation)
        need = create_need(company=company, by=None, kind=Kind.IN_KIND, title="Chaises")
        pages = [url("detail", company.pk), url("need_detail", need.pk)]
        for page in pages:
            assert "À vous de jouer" in member.get(page).text
        client.force_login(StaffFactory())
        for page in pages:
            text = client.get(page).text
            assert "À vous de jouer" not in text
            assert f"<dd>{company.organisation.name}</dd>" in text

    @pytest.mark.parametrize("general_interest_only", [True, False])
    def test_who_can_answer_is_said_in_the_singular(self, client, general_interest_only):
        need = NeedFactory(published=True, company__policy__general_interest_only=general_interest_only)
        page = " ".join(client.get(need.get_absolute_url()).text.split())
        of_interest = ", d’intérêt général," if general_interest_only else ""
        assert f"Toute association inscrite et vérifiée{of_interest} qui agit" in page

    def test_its_open_need_leads_its_company_to_what_is_suggested(self, client, user):
        need = NeedFactory(published=True, company=CompanyFactory(members=[user]))
        for reader, told in ((user, True), (StaffFactory(), False)):
            client.force_login(reader)
            page = client.get(need.get_absolute_url()).text
            assert ("Voir les associations qui vous sont suggérées" in page) is told

    def test_an_unclaimed_one_can_be_claimed_and_is_asked_nothing(self, client):
        company = CompanyFactory(organisation__status="unclaimed", policy=None)
        page = client.get(url("detail", company.pk)).content.decode()
        assert reverse("accounts:claim", args=[company.organisation_id]) in page
        assert "Entrer en relation" not in page
        assert "non renseigné" in page
        assert "Pas encore inscrite" in page
        assert "revendiqué" not in page

    @pytest.mark.parametrize("status", ["to_check", "changes_asked", "left"])
    def test_what_is_not_public_does_not_exist(self, client, status):
        company = CompanyFactory(organisation__status=status)
        assert client.get(url("detail", company.pk)).status_code == 404

    def test_left_does_not_exist_even_for_its_members_and_staff(self, client, user):
        company = CompanyFactory(members=[user], organisation__status=OrganisationStatus.LEFT)
        for who in (user, StaffFactory()):
            client.force_login(who)
            for name in ("detail", "edit", "policy"):
                assert client.get(url(name, company.pk)).status_code == 404

    def test_hostile_text_is_only_text(self, client):
        company = CompanyFactory(organisation__name=HOSTILE, presentation=HOSTILE, organisation__town=HOSTILE)
        NeedFactory(company=company, title=HOSTILE[:150], description=HOSTILE, published=True)
        page = client.get(url("detail", company.pk)).content.decode()
        assert "<script>alert" not in page
        assert ' onmouseover="x' not in page

    def test_a_closed_door_says_so(self, client):
        company = CompanyFactory()
        company.policy.monthly_capacity = 0
        company.policy.save()
        assert "Porte fermée" in client.get(url("detail", company.pk)).content.decode()

    def test_behind_a_closed_door_nobody_is_told_that_they_can_ask(self, client, member, company, user):
        need = NeedFactory(company=company, published=True)
        Policy.objects.update(monthly_capacity=0)
        client.logout()
        for who in (None, UserFactory(), MembershipFactory().user):
            if who:
                client.force_login(who)
            page = client.get(url("need_detail", need.pk)).text
            assert "n’étudie pas de nouvelle association" in page
            assert "S’inscrire ne suffit pas" not in page
            assert reverse("partnerships:introduction_create") not in page
        client.force_login(user)
        assert "personne ne peut y répondre" in member.get(url("need_detail", need.pk)).text
        draft = NeedFactory(company=company)
        assert "personne ne pourra y répondre" in member.get(url("need_publish", draft.pk)).text
        assert "personne ne peut y répondre" in said(member.post(url("need_publish", draft.pk)))[-1]
        assert "répondre à vos besoins" in member.get(url("policy", company.pk)).text

    def test_query_count_does_not_grow(self, client, company, query_count):
        NeedFactory(company=company, published=True)
        client.get(url("detail", company.pk))
        one = query_count(lambda: client.get(url("detail", company.pk)))
        for _ in range(8):
            NeedFactory(company=company, published=True)
        assert query_count(lambda: client.get(url("detail", company.pk))) == one <= 12


class TestEdit:
    def test_members_only(self, client, company):
        for name in ("edit", "policy"):
            assert client.get(url(name, company.pk)).status_code == 302
        client.force_login(UserFactory())
        for name in ("edit", "policy"):
            assert client.get(url(name, company.pk)).status_code == 404
            assert client.post(url(name, company.pk), {}).status_code == 404
        assert client.post(url("call", company.pk), {"note": "x"}).status_code == 404

    def test_saves_the_profile(self, member, company):
        assert member.get(url("edit", company.pk)).status_code == 200
        values = {"name": "Neuf", "giver": "company", "website": "exemple.fr", "postal_code": "75010"}
        answer = member.post(url("edit", company.pk), values)
        assert answer.url == url("detail", company.pk)
        company.organisation.refresh_from_db()
        assert company.organisation.website == "https://exemple.fr"

    def test_the_name_of_another_is_refused_with_what_was_typed(self, member, company):
        OrganisationFactory(kind="company", name="Déjà là", postal_code="75010")
        values = {"name": "DEJA LA", "giver": "company", "postal_code": "75010"}
        page = member.post(url("edit", company.pk), values).content.decode()
        assert "Déjà là" in page
        assert 'value="DEJA LA"' in page

    def test_zero_closes_the_door_and_says_so(self, member, company):
        answer = member.post(url("policy", company.pk), {"monthly_capacity": "0", "causes": ["sante"]})
        assert answer.url == url("detail", company.pk)
        assert "votre porte est fermée" in said(answer)[0]
        assert "Votre porte est fermée" in member.get(url("policy", company.pk)).content.decode()

    def test_an_open_door_says_how_much(self, member, company):
        answer = member.post(url("policy", company.pk), {"monthly_capacity": "1"})
        assert "une association au plus" in said(answer)[0]


class TestNeedPage:
    def test_a_draft_does_not_exist_for_others(self, client, company):
        need = NeedFactory(company=company)
        for who in (None, UserFactory(), MembershipFactory().user):
            if who:
                client.force_login(who)
            assert client.get(url("need_detail", need.pk)).status_code == 404

    @pytest.mark.parametrize("kind", list(Kind))
    def test_says_what_where_how_much_and_by_when(self, client, kind):
        need = NeedFactory(kind=kind, published=True, deadline=clock.today() + timedelta(days=30))
        page = client.get(url("need_detail", need.pk)).content.decode()
        for part in ("L’essentiel", "Paris (75)", "Qui peut répondre", str(need.deadline.year)):
            assert part in page
        assert "S’inscrire ne suffit pas" in page

    def test_a_stranger_may_ask_a_member_may_not(self, client, company, user):
        need = NeedFactory(company=company, published=True)
        link = f"{reverse('partnerships:introduction_create')}?besoin={need.pk}"
        client.force_login(MembershipFactory().user)
        assert link in client.get(url("need_detail", need.pk)).content.decode()
        client.force_login(user)
        assert link not in client.get(url("need_detail", need.pk)).content.decode()

    @pytest.mark.parametrize(
        "traits", [{"closed": True}, {"published": True, "deadline": clock.today() - timedelta(days=1)}]
    )
    def test_one_that_is_over_says_so_and_takes_no_answer(self, client, traits):
        need = NeedFactory(**traits)
        page = client.get(url("need_detail", need.pk)).content.decode()
        assert "Ce besoin est clos" in page
        assert "Entrer en relation" not in page

    def test_missing_figures_are_never_zero(self, client):
        need = NeedFactory(budget_min=None, budget_max=None, deadline=None, territories=[], published=True)
        page = client.get(url("need_detail", need.pk)).content.decode()
        assert "non renseigné" in page
        assert "Répondre au plus tard" not in page
        assert "<dt>Date limite</dt><dd>aucune</dd>" in page


class TestWriteANeed:
    def start(self, member, company, kind=Kind.IN_KIND):
        page = member.get(f"{url('need_create')}?entreprise={company.pk}&forme={kind}")
        return page.context["form"].initial["id"]

    def post(self, member, company, key, **changes):
        values = {
            "id": str(key),
            "title": "Chaises",
            "description": "Trente chaises",
            "goods": "Trente chaises",
            "causes": ["sante"],
            "territories": ["FR"],
        }
        address = f"{url('need_create')}?entreprise={company.pk}&forme=in_kind"
        return member.post(address, {**values, **changes})

    def test_the_kind_is_chosen_first(self, member, company):
        page = member.get(url("need_create")).content.decode()
        for kind in Kind:
            assert f"forme={kind}" in page
        assert '<form method="post"' not in page.split("<main")[1]
        assert member.get(f"{url('need_create')}?forme=vol").status_code == 200

    def test_begins_with_the_causes_and_territories_of_the_policy(self, member, company):
        page = member.get(f"{url('need_create')}?entreprise={company.pk}&forme=in_kind")
        for name in ("causes", "territories"):
            said = getattr(company.policy, name).all()
            assert said
            assert {*page.context["form"].initial[name]} == {*said}

    def test_answering_later_is_promised_to_nobody_who_is_only_suggested(self, member, company):
        page = member.get(url("need_publish", NeedFactory(company=company).pk)).content.decode()
        assert "oui, ou non avec une raison" in page
        assert "oui, plus tard, ou non" not in page

    def test_saves_a_draft_then_asks_to_publish(self, member, company):
        answer = self.post(member, company, self.start(member, company))
        need = Need.objects.get()
        assert need.status == NeedStatus.DRAFT
        assert answer.url == url("need_publish", need.pk)
        assert member.get(answer.url).status_code == 200
        need.refresh_from_db()
        assert need.status == NeedStatus.DRAFT
        member.post(answer.url)
        need.refresh_from_db()
        assert need.status == NeedStatus.PUBLISHED

    def test_the_form_sent_twice_makes_one_need(self, member, company):
        key = self.start(member, company)
        first, second = (self.post(member, company, key) for _ in range(2))
        assert first.url == second.url
        assert Need.objects.count() == 1

    def test_the_key_of_a_need_of_others_gives_nothing(self, member, company):
        assert self.post(member, company, NeedFactory().pk).status_code == 404

    def test_errors_keep_what_was_typed(self, member, company):
        key = self.start(member, company)
        page = self.post(member, company, key, deadline="2020-01-01", title=HOSTILE).content.decode()
        assert "Cette date est passée" in page
        assert 'value="2020-01-01"' in page
        assert str(key) in page
        assert "<script>alert" not in page

    def test_work_time_is_explained(self, member, company):
        address = f"{url('need_create')}?forme=volunteering"
        page = member.post(address, {"whose_time": "work", "title": "Ménage"}).content.decode()
        assert "mécénat de compétences" in page
        assert 'value="Ménage"' in page
        assert not Need.objects.exists()

    @pytest.mark.parametrize("name", ["x", "1", "00000000-0000-0000-0000-000000000000", "'"])
    def test_a_company_that_is_not_mine_does_not_exist(self, member, company, name):
        assert member.get(f"{url('need_create')}?entreprise={name}").status_code == 404

    def test_of_others(self, member):
        other = CompanyFactory()
        assert member.get(f"{url('need_create')}?entreprise={other.pk}").status_code == 404
        assert member.get(url("need_create")).status_code == 404

    def test_edit(self, member, company):
        need = NeedFactory(company=company, kind=Kind.IN_KIND)
        assert member.get(url("need_edit", need.pk)).status_code == 200
        values = {
            "title": "Tables",
            "description": "x",
            "goods": "Dix tables",
            "causes": ["sport"],
            "territories": ["69"],
        }
        assert member.post(url("need_edit", need.pk), values).url == url("need_detail", need.pk)
        need.refresh_from_db()
        assert need.goods == "Dix tables"

    def test_a_closed_need_that_is_corrected_leads_to_publishing_it(self, member, company):
        need = NeedFactory(company=company, closed=True, kind=Kind.IN_KIND, deadline="2026-01-01")
        form = member.get(url("need_edit", need.pk)).context["form"]
        values = {name: form[name].value() for name in ("title", "description", "goods")}
        in_a_month = (clock.today() + timedelta(days=30)).isoformat()
        values |= {"causes": ["sport"], "territories": ["69"], "deadline": in_a_month}
        answer = member.post(url("need_edit", need.pk), values)
        assert answer.url == url("need_publish", need.pk)
        assert "encore clos" in said(answer)[0]
        page = member.get(answer.url).text
        assert need.description in page
        assert url("need_edit", need.pk) in page
        member.post(answer.url)
        need.refresh_from_db()
        assert need.status == NeedStatus.PUBLISHED

    def test_what_is_not_complete_is_not_published(self, member, company):
        need = NeedFactory(company=company, kind=Kind.IN_KIND, goods="")
        page = member.get(url("need_publish", need.pk)).content.decode()
        assert "les biens offerts" in page
        assert "Publier le besoin" not in page
        answer = member.post(url("need_publish", need.pk))
        assert "il reste à dire" in said(answer)[0]

    def test_the_second_person_sees_what_happened(self, member, company, user):
        need = NeedFactory(company=company)
        publish_need(need=need, by=user)
        answer = member.post(url("need_publish", need.pk))
        assert "Publié" in said(answer)[0]
        member.post(url("need_close", need.pk))
        assert "Clos" in said(member.post(url("need_close", need.pk)))[-1]

    def test_get_never_changes_a_state(self, member, company):
        need = NeedFactory(company=company, published=True)
        for name in ("need_detail", "need_edit", "need_publish", "need_close"):
            assert member.get(url(name, need.pk)).status_code == 200
        need.refresh_from_db()
        assert need.status == NeedStatus.PUBLISHED

    def test_needs_of_others_do_not_exist(self, member):
        need = NeedFactory(published=True)
        for name in ("need_edit", "need_publish", "need_close"):
            assert member.get(url(name, need.pk)).status_code == 404
            assert member.post(url(name, need.pk)).status_code == 404
            assert member.get(url(name, uuid.uuid4())).status_code == 404
