import html
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from django.urls import reverse

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Organisation
from accounts.operations import ask_for_changes, merge_organisations
from associations.operations import create_project
from companies.followups import KeepInTouch
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from partnerships import operations as partnerships
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import StepFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of

pytestmark = pytest.mark.django_db
DASHBOARD = "/tableau-de-bord/"


def shown(response):
    return html.unescape(response.content.decode())


def asked_by(person, association, company, project=None):
    return partnerships.introduce(
        association=association,
        company=company,
        need=NeedFactory(company=company, published=True),
        project=project,
        kind="financial",
        asked_by_side="association",
        note="Bonjour.",
        by=person,
    )


def test_a_visitor_signs_in_first(client):
    assert client.get(DASHBOARD).status_code == 302


def test_the_team_s_dashboard_is_the_control_tower(client):
    client.force_login(StaffFactory())
    assert client.get(DASHBOARD).url == reverse("pages:control_tower")


def test_a_newcomer_without_an_organisation_is_led_on(client):
    client.force_login(UserFactory())
    led = client.get(DASHBOARD, follow=True)
    assert led.redirect_chain
    assert reverse("accounts:close_account") in shown(led), "or they have left their team for good"


def test_an_association_pauses_in_two_clicks(client):
    association = AssociationFactory()
    client.force_login(member_of(association))
    position = reverse("associations:edit_section", args=[association.pk, "position"])
    assert f'<a href="{position}">Faire une pause</a>' in shown(client.get(DASHBOARD))


@pytest.mark.parametrize("factory", [AssociationFactory, CompanyFactory])
def test_each_side_sees_its_own_dashboard_even_empty(client, factory):
    client.force_login(member_of(factory()))
    response = client.get(DASHBOARD)
    assert response.status_code == 200
    assert response.context["organisation"].name in shown(response)


def test_another_kind_of_organisation_has_a_dashboard_too(client):
    organisation = OrganisationFactory(kind=OrganisationKind.SCHOOL)
    client.force_login(MembershipFactory(organisation=organisation).user)
    assert organisation.name in shown(client.get(DASHBOARD))


def test_a_person_of_two_organisations_chooses(client):
    association, company = AssociationFactory(complete=True), CompanyFactory()
    person = member_of(association)
    MembershipFactory(organisation=company.organisation, user=person)
    client.force_login(person)
    response = client.get(f"{DASHBOARD}?organisme={company.organisation_id}")
    assert response.context["organisation"] == company.organisation
    assert f"<title>Tableau de bord\u00a0: {company.organisation.name} " in shown(response)
    stranger = CompanyFactory()
    response = client.get(f"{DASHBOARD}?organisme={stranger.organisation_id}")
    assert response.context["organisation"] != stranger.organisation


def test_the_link_of_a_mail_opens_the_organisation_that_its_own_has_become_part_of(client):
    person = UserFactory()
    first, kept, gone = (
        MembershipFactory(user=person, organisation__name=name).organisation for name in ("A", "B", "C")
    )
    merge_organisations(kept=kept, gone=gone, by=None)
    client.force_login(person)
    assert client.get(f"{DASHBOARD}?organisme={gone.pk}").context["organisation"] == kept
    assert client.get(f"{DASHBOARD}?organisme=pas-une-cle").context["organisation"] == first


def test_one_measure_of_the_profile_wherever_it_is_read(client):
    association = AssociationFactory()
    client.force_login(member_of(association))
    StepFactory.create_batch(3)
    for address in (
        DASHBOARD,
        association.get_absolute_url(),
        reverse("associations:edit", args=[association.pk]),
    ):
        page = shown(client.get(address))
        found = re.findall(r'<p class="meter-label"><span>(.+?)</span> <strong>(.+?)</strong>', page)
        assert found == [("Fiche complétée", "1 sur 8"), ("Étapes du parcours faites", "0 sur 3")]


def test_the_chances_say_which_forms_they_count(client):
    """Those its projects ask for: it accepts goods too, and no company that gives them is counted."""
    association = AssociationFactory(complete=True)
    AskFactory(project=ProjectFactory(association=association, published=True))
    CompanyFactory(policy__kinds=["in_kind"])
    client.force_login(member_of(association))
    page = client.get(DASHBOARD)
    assert page.context["odds"].companies == 0
    assert "pour ce que cherchent vos projets publiés" in shown(page)


def test_the_chances_of_a_place_unknown_say_that_they_are_those_of_all_of_france(client):
    association = AssociationFactory()
    client.force_login(member_of(association))
    assert "autour de votre siège" in shown(client.get(DASHBOARD))
    Organisation.objects.update(department=None)
    for address in (DASHBOARD, reverse("matching:presentations")):
        page = shown(client.get(address))
        assert "dans vos causes, dans toute la France, pour ce que cherchent vos projets" in page
        assert "Votre fiche ne dit pas encore où vous agissez" in page


def test_what_is_mine_to_answer_is_apart_from_what_i_wait_for(client):
    association, company = AssociationFactory(complete=True), CompanyFactory()
    asker, answerer = member_of(association), member_of(company)
    introduction = asked_by(asker, association, company)
    client.force_login(answerer)
    response = client.get(DASHBOARD)
    assert response.context["due"].url == introduction.get_absolute_url()
    assert not response.context["awaited"]
    client.force_login(asker)
    response = client.get(DASHBOARD)
    assert [line[0] for line in response.context["awaited"]] == [introduction]
    assert f"{company.organisation.name}, au plus tard le" in shown(response)
    assert f"<dd>{company.organisation.name}</dd>" in shown(client.get(introduction.get_absolute_url()))


def test_what_is_due_soonest_is_said_once_and_what_comes_after_it_below(client):
    company = CompanyFactory()
    answerer = member_of(company)
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
        asking = AssociationFactory(complete=True)
        first = asked_by(member_of(asking), asking, company)
        now.advance(timedelta(days=1))
        second = asked_by(member_of(asking), asking, company)
        client.force_login(answerer)
        page = client.get(DASHBOARD)
        assert page.context["due"].url == first.get_absolute_url()
        assert [line[0] for line in page.context["owed"]] == [second]
        assert shown(page).count(f'href="{first.get_absolute_url()}"') == 1
        partnerships.accept_introduction(introduction=second, by=answerer)
        page = client.get(DASHBOARD)
        assert not page.context["owed"]
        assert "Ce qu’on attend aussi de vous" not in shown(page)


def test_a_no_stays_on_the_pages_of_who_asked_until_it_may_ask_again(client, query_count):
    association = AssociationFactory(complete=True)
    asker = member_of(association)
    project = ProjectFactory(association=association, published=True)

    def say_no():
        company = CompanyFactory()
        answerer = member_of(company)
        introduction = asked_by(asker, association, company, project=project)
        return partnerships.decline_introduction(introduction=introduction, reason="timing", by=answerer)

    def counted():
        return [query_count(partial(client.get, page)) for page in (DASHBOARD, project.get_absolute_url())]

    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
        refused = say_no()
        client.force_login(asker)
        ((_, after_no),) = client.get(DASHBOARD).context["declined"]
        for page in (shown(client.get(DASHBOARD)), shown(client.get(project.get_absolute_url()))):
            assert f"{refused.company.organisation.name} a répondu non le" in page
            assert after_no.rewrite in page.replace("\u00a0", " ")
            assert refused.get_absolute_url() in page
        few = counted()
        say_no()
        say_no()
        assert counted() == few
        assert "2 autres entreprises ont aussi répondu non" in shown(client.get(project.get_absolute_url()))
        # Nobody else reads it, and the company that said no has nothing to do.
        client.force_login(member_of(refused.company))
        assert "Réponses reçues" not in shown(client.get(DASHBOARD))
        assert "a répondu non" not in shown(client.get(project.get_absolute_url()))
        now.move_to(datetime.combine(refused.retry_on, time(9), UTC))
        client.force_login(asker)
        assert "vous pouvez redemander" in shown(client.get(DASHBOARD))
        assert "a répondu non" not in shown(client.get(project.get_absolute_url()))


def test_what_i_owe_soonest_comes_first_and_leads_where_it_is_done(client):
    association, company = AssociationFactory(complete=True), CompanyFactory()
    answerer = member_of(company)
    agenda.start(KeepInTouch, company.organisation)
    client.force_login(answerer)
    before = client.get(DASHBOARD)
    assert before.context["due"] is None
    assert "Prochaine étape" in shown(before)
    associations = [association, AssociationFactory(complete=True)]
    soon, later = (asked_by(member_of(one), one, company) for one in associations)
    FollowUp.objects.about([later]).steps().update(
        deadline=agenda.next_step(later).deadline + timedelta(days=9)
    )
    page = client.get(DASHBOARD)
    assert page.context["due"].step == agenda.next_step(soon)
    text = shown(page)
    assert f'<a href="{soon.get_absolute_url()}">Répondre à ' in text
    assert f"« {soon.need.title} », avec {association.organisation.name}" in text.replace("\u202f", " ")
    assert "À vous de jouer" in text
    # The organisation's own step is still told, with its date, and found by its heading.
    assert re.search(r"<h2[^>]*>Et pour votre organisme</h2>", text)
    assert " ".join(agenda.next_step(company.organisation).what_to_you.split()) in " ".join(text.split())


def test_what_i_owe_of_my_own_says_of_what(client):
    association = AssociationFactory(complete=True)
    person = member_of(association)
    association.organisation.refresh_from_db()
    project = create_project(
        association=association, by=person, title="Ateliers du mardi", description="Des ateliers."
    )
    FollowUp.objects.about([project]).steps().update(deadline=clock.now())
    client.force_login(person)
    page = client.get(DASHBOARD)
    assert page.context["due"].about == "«\u202fAteliers du mardi\u202f»"
    assert page.context["due"].about in shown(page)


def test_an_appointment_and_a_wish_for_one_are_told(client):
    association, adviser = AssociationFactory(complete=True), StaffFactory()
    organisation, person = association.organisation, member_of(association)
    client.force_login(person)
    agenda.ask_for_slot(organisation_id=organisation.pk, about=organisation, by=person)
    asked = shown(client.get(DASHBOARD))
    assert "Vous proposer un rendez-vous." in asked
    assert re.search(r"<h2[^>]*>Le rendez-vous que vous avez demandé</h2>", asked)
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
        (slot,) = agenda.open_slots(
            adviser=adviser, day=date(2026, 12, 1), starts=time(14), ends=time(14, 20), by=adviser
        )
        agenda.book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=person)
        page = shown(client.get(DASHBOARD))
        assert f"{adviser} vous appelle le mardi 1er" in page
        assert slot.get_absolute_url() in page
        assert "Vous proposer un rendez-vous" not in page
        now.move_to(slot.ends_at)
        client.force_login(person)
        assert "Personne n’a appelé" in shown(client.get(DASHBOARD))


def test_projects_show_their_next_step(client):
    association = AssociationFactory(complete=True)
    person = member_of(association)
    project = create_project(
        association=association, by=person, title="Un jardin", description="Pour l’école."
    )
    client.force_login(person)
    assert agenda.next_step(project).what_to_you in shown(client.get(DASHBOARD)).replace("\u202f", "\u202f")


@pytest.mark.parametrize(
    ("factory", "child"), [(AssociationFactory, ProjectFactory), (CompanyFactory, NeedFactory)]
)
def test_the_number_of_queries_does_not_grow(client, query_count, factory, child):
    subject = factory()
    side = "association" if factory is AssociationFactory else "company"
    client.force_login(member_of(subject))
    child(**{side: subject})
    IntroductionFactory(**{side: subject})
    client.get(DASHBOARD)
    one = query_count(lambda: client.get(DASHBOARD))
    child.create_batch(5, **{side: subject})
    IntroductionFactory.create_batch(5, **{side: subject})
    assert query_count(lambda: client.get(DASHBOARD)) == one


def test_what_the_team_asks_is_said_with_the_page_to_correct(client):
    association = AssociationFactory(
        complete=True, organisation=OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    )
    ask_for_changes(
        organisation=association.organisation, message="Précisez le numéro RNA.", by=StaffFactory()
    )
    client.force_login(member_of(association))
    page = shown(client.get(DASHBOARD))
    assert "Précisez le numéro RNA." in page
    assert reverse("associations:edit", args=[association.pk]) in page


def test_a_complete_record_without_a_project_offers_to_write_one(client):
    association = AssociationFactory(complete=True)
    client.force_login(member_of(association))
    offered = "Ce que vous pouvez faire maintenant"
    page = shown(client.get(DASHBOARD))
    assert offered in page
    written_at = f"{reverse('associations:project_create')}?association={association.pk}"
    assert page.count(written_at) == 1, "said once, at the top"
    ProjectFactory(association=association)
    page = shown(client.get(DASHBOARD))
    assert offered not in page
    assert "Vos projets" in page


def test_an_incomplete_record_is_completed_first(client):
    client.force_login(member_of(AssociationFactory()))
    page = shown(client.get(DASHBOARD))
    assert "Ce que vous pouvez faire maintenant" not in page
    assert "Pas encore de projet" in page


def test_who_has_a_correction_to_make_is_not_asked_for_a_project_first(client):
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    association = AssociationFactory(complete=True, organisation=organisation)
    ask_for_changes(organisation=organisation, message="Précisez le numéro RNA.", by=StaffFactory())
    client.force_login(member_of(association))
    page = shown(client.get(DASHBOARD))
    assert "Précisez le numéro RNA." in page
    assert "Ce que vous pouvez faire maintenant" not in page


def test_what_a_company_lacks_leads_where_it_is_said(client):
    company = CompanyFactory(policy=None)
    client.force_login(member_of(company))
    page = shown(client.get(DASHBOARD))
    assert f'href="{reverse("companies:policy", args=[company.pk])}#id_causes">vos causes</a>' in page
    assert f'href="{reverse("companies:need_create")}?entreprise={company.pk}">un besoin publié</a>' in page


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"policy": None}, "Dites d’abord ce que vous soutenez"),
        ({"policy__monthly_capacity": 0}, "Votre porte est fermée"),
        ({"policy__monthly_capacity": 1}, "Vous pouvez encore étudier 1 association ce mois-ci."),
        ({"policy__monthly_capacity": 2}, "Vous pouvez encore étudier 2 associations ce mois-ci."),
    ],
)
def test_a_company_reads_how_many_associations_it_can_still_look_at(client, policy, told):
    company = CompanyFactory(**policy)
    client.force_login(member_of(company))
    assert told in shown(client.get(DASHBOARD))
    page = shown(client.get(reverse("matching:suggestions")))
    number = policy.get("policy__monthly_capacity")
    wanted = (
        f"encore {number} association"
        if number
        else "votre porte est fermée"
        if number == 0
        else "dites d’abord"
    )
    assert wanted in page


def test_once_its_places_are_taken_a_company_reads_when_others_come(client):
    company = CompanyFactory()
    fill_places(company)
    client.force_login(member_of(company))
    for address in (DASHBOARD, reverse("matching:suggestions")):
        assert "suggestions viendront le mois prochain" in shown(client.get(address))


def test_a_long_dashboard_is_read_page_by_page(client):
    company = CompanyFactory()
    IntroductionFactory.create_batch(21, company=company)
    client.force_login(member_of(company))
    context = client.get(DASHBOARD).context
    assert [len(context[name]) for name in ("awaited", "needs")] == [20, 20]
    second = client.get(DASHBOARD, {"besoins": 2, "en-cours": 2}).context
    assert [len(second[name]) for name in ("awaited", "needs")] == [1, 1]
