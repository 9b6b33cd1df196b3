"""The pages: who sees them, what they keep, how much they ask of the database."""

import html
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.operations import withdraw_organisation
from associations.models import Project
from companies.models import Need
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from matching.operations import expire_suggestions
from mecenova.agenda.models import Slot
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from partnerships.enums import RefusalReason, Side, reasons_for
from partnerships.models import Introduction, RefusalStep
from partnerships.operations import introduce
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.matching.factories import DiagnosisFactory, RoundFactory, SuggestionFactory
from tests.partnerships.factories import IntroductionFactory


@pytest.fixture
def suggestion(db):
    """Of an association that somebody answers for."""
    made = SuggestionFactory()
    MembershipFactory(organisation=made.association.organisation)
    return made


@pytest.fixture
def company_client(client, suggestion):
    client.force_login(MembershipFactory(organisation=suggestion.company.organisation).user)
    return client


@pytest.fixture
def association_client(client, suggestion):
    client.force_login(MembershipFactory(organisation=suggestion.association.organisation).user)
    return client


def test_the_list_shows_reasons_and_places(company_client, suggestion):
    page = company_client.get("/suggestions/").content.decode()
    assert suggestion.association.organisation.name in page
    assert "emploi et insertion" in page
    assert "encore 3 associations à étudier ce mois-ci" in page


def test_whose_company_has_left_is_told_of_no_place_and_led_to_no_need(company_client, suggestion):
    withdraw_organisation(organisation=suggestion.company.organisation, by=StaffFactory())
    page = company_client.get("/suggestions/").text
    assert "d’aucune entreprise inscrite" in page
    assert "à étudier ce mois-ci" not in page
    assert reverse("companies:need_create") not in page


def test_the_list_asks_as_much_for_one_as_for_ten(company_client, suggestion, query_count):
    one = query_count(lambda: company_client.get("/suggestions/"))
    run = RoundFactory()
    for _ in range(9):
        SuggestionFactory(need=suggestion.need, round=run)
        SuggestionFactory(need=suggestion.need, round=run, declined=True)
    assert query_count(lambda: company_client.get("/suggestions/")) <= one + 1


@pytest.mark.parametrize(
    "name", ["suggestion", "suggestion_interest", "suggestion_decline", "suggestion_seen"]
)
@pytest.mark.parametrize("who", ["stranger", "association"])
def test_a_suggestion_of_others_does_not_exist(client, suggestion, name, who):
    person = UserFactory()
    if who == "association":
        MembershipFactory(organisation=suggestion.association.organisation, user=person)
    client.force_login(person)
    url = reverse(f"matching:{name}", args=[suggestion.pk])
    assert (client.get(url) if name == "suggestion" else client.post(url)).status_code == 404


def test_a_visitor_is_asked_to_log_in(client, suggestion):
    for url in ("/suggestions/", "/presentations/", "/besoins-pour-vous/", suggestion.get_absolute_url()):
        assert client.get(url).status_code == 302


def test_get_changes_nothing_and_seen_is_a_post(company_client, suggestion):
    assert company_client.get(suggestion.get_absolute_url()).status_code == 200
    suggestion.refresh_from_db()
    assert suggestion.seen_at is None
    url = reverse("matching:suggestion_seen", args=[suggestion.pk])
    assert company_client.get(url).status_code == 405
    assert company_client.post(url).status_code == 204
    suggestion.refresh_from_db()
    assert suggestion.seen_at is not None


def test_staff_read_and_do_not_answer(client, suggestion):
    client.force_login(StaffFactory())
    page = client.get(suggestion.get_absolute_url())
    assert page.status_code == 200
    assert "Demander une mise en relation" not in page.content.decode()
    url = reverse("matching:suggestion_interest", args=[suggestion.pk])
    assert client.post(url, {"note": "Oui"}).status_code == 404


def test_interest_leads_to_the_introduction(company_client, suggestion):
    url = reverse("matching:suggestion_interest", args=[suggestion.pk])
    answer = company_client.post(url, {"note": "Parlons-en."})
    introduction = Introduction.objects.get()
    assert answer.url == introduction.get_absolute_url()
    assert company_client.post(url, {"note": "Parlons-en."}).url == introduction.get_absolute_url()


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (datetime(2026, 11, 26, 10, tzinfo=UTC), "part tout de suite"),
        (datetime(2026, 11, 26, 22, tzinfo=UTC), "part vendredi 27\xa0novembre 2026 à 8\xa0h\xa000"),
        (datetime(2026, 11, 29, 14, tzinfo=UTC), "part lundi 30\xa0novembre 2026 à 8\xa0h\xa000"),
    ],
)
def test_interest_says_when_its_mail_leaves(db, client, moment, leaves):
    with clock.frozen(moment):
        suggestion = SuggestionFactory()
        reader = MembershipFactory(organisation=suggestion.association.organisation).user
        client.force_login(MembershipFactory(organisation=suggestion.company.organisation).user)
        before = html.unescape(client.get(suggestion.get_absolute_url()).content.decode())
        url = reverse("matching:suggestion_interest", args=[suggestion.pk])
        after = html.unescape(client.post(url, {"note": "Parlons-en."}, follow=True).content.decode())
    assert leaves in before
    assert leaves in after
    mail = OutgoingMail.objects.get(recipient=reader)
    assert (mail.due_at == moment) == (leaves == "part tout de suite")


def test_what_was_typed_is_kept_when_the_reason_is_missing(company_client, suggestion):
    url = reverse("matching:suggestion_decline", args=[suggestion.pk])
    answer = company_client.post(url, {"note": "Une précision utile"})
    assert answer.status_code == 422
    assert "Une précision utile" in answer.content.decode()
    suggestion.refresh_from_db()
    assert suggestion.status == SuggestionStatus.PRESENTED


def test_only_the_reasons_of_the_need_s_kind_are_offered(company_client, suggestion):
    page = company_client.get(suggestion.get_absolute_url()).content.decode()
    for reason in RefusalReason:
        assert (f'value="{reason.value}"' in page) == (
            reason in reasons_for(suggestion.need.kind, Side.COMPANY)
        )
    url = reverse("matching:suggestion_decline", args=[suggestion.pk])
    assert company_client.post(url, {"reason": "schedule"}).status_code == 422


def test_a_no_after_a_yes_says_what_happened(company_client, suggestion):
    company_client.post(reverse("matching:suggestion_interest", args=[suggestion.pk]), {"note": "Oui."})
    url = reverse("matching:suggestion_decline", args=[suggestion.pk])
    answer = company_client.post(url, {"reason": "amount"}, follow=True)
    assert "n’est plus possible" in answer.content.decode()


def test_the_association_reads_when_to_whom_and_what_came_of_it(association_client, suggestion):
    page = association_client.get("/presentations/").content.decode()
    assert suggestion.company.organisation.name in page
    assert "Présentée le" in page
    assert "Pas encore ouverte par l’entreprise." in page
    assert "pas encore assez de recul" in page


def test_an_association_that_waits_reads_what_follows_when_and_what_it_can_do(association_client, suggestion):
    MembershipFactory(organisation=suggestion.company.organisation)
    with clock.frozen(datetime(2026, 11, 29, 9, tzinfo=UTC)) as now:
        Suggestion.objects.update(presented_at=now())
        for address in ("/presentations/", "/tableau-de-bord/"):
            page = association_client.get(address).content.decode()
            assert "à partir du 27\u00a0février 2027" in page
            assert suggestion.need.get_absolute_url() in page
        Suggestion.objects.update(seen_at=now())
        page = association_client.get("/presentations/").content.decode()
        assert "Ouverte par l’entreprise le 29\u00a0novembre 2026" in page
        assert "pourra de nouveau lui être proposée à partir du 28\u00a0mai 2027" in page


def test_a_need_that_takes_no_more_answers_is_not_to_be_written_to(association_client, suggestion):
    MembershipFactory(organisation=suggestion.company.organisation)
    Need.objects.update(deadline=clock.today() - timedelta(days=1))
    page = association_client.get("/presentations/").content.decode()
    assert "Sans attendre, écrivez-lui" not in page


def test_who_has_already_written_is_led_to_its_request(association_client, suggestion, query_count):
    MembershipFactory(organisation=suggestion.company.organisation)
    for address in ("/presentations/", "/tableau-de-bord/"):
        assert "Sans attendre, écrivez-lui" in association_client.get(address).text
    asked = IntroductionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    for address in ("/presentations/", "/tableau-de-bord/"):
        page = association_client.get(address).text
        assert "Sans attendre, écrivez-lui" not in page
        assert "Vous avez déjà une demande en cours." in page
        assert f'href="{asked.get_absolute_url()}"' in page
    one = query_count(lambda: association_client.get("/presentations/"))
    for other in SuggestionFactory.create_batch(4, association=suggestion.association):
        IntroductionFactory(association=other.association, company=other.company, need=other.need)
    assert query_count(lambda: association_client.get("/presentations/")) <= one


def test_after_a_no_the_association_reads_from_when(association_client, suggestion):
    with clock.frozen(datetime(2026, 11, 29, 9, tzinfo=UTC)) as now:
        Suggestion.objects.update(
            status=SuggestionStatus.DECLINED, refusal_reason=RefusalReason.TIMING, answered_at=now()
        )
        page = association_client.get("/presentations/").content.decode()
        assert "pourra de nouveau être proposée à cette entreprise à partir du 28\u00a0mai 2027" in page
        now.move_to(datetime(2027, 5, 28, 9, tzinfo=UTC))
        page = association_client.get("/presentations/").content.decode()
        assert "peut de nouveau être proposée à cette entreprise" in page


def test_after_a_no_the_association_reads_what_it_can_do(association_client, suggestion):
    """On the dashboard as on its own page: a document, a part to rewrite, a date."""
    document = DocumentFactory(published=True)
    RefusalStep.objects.filter(reason="unclear").update(document=document, section="mission")
    step = RefusalStep.objects.get(reason="unclear", asked_by_side="association")
    Suggestion.objects.update(status="declined", refusal_reason="unclear", answered_at=clock.now())
    rewritten = reverse("associations:edit_section", args=[suggestion.association_id, "mission"])
    read_from = f"?prescrit=refusal%3Aunclear&organisme={suggestion.association.organisation_id}"
    for address in ("/presentations/", "/tableau-de-bord/"):
        page = html.unescape(association_client.get(address).content.decode())
        assert f'href="{rewritten}"' in page
        assert f"{document.get_absolute_url()}{read_from}" in page
        assert "pourra de nouveau être proposée à cette entreprise à partir du" in page
        assert "rois choses" not in page
        assert " ".join(step.advice.split()[:4]) in " ".join(page.split())
    document.delete()
    assert "/infotheque/?q=" in association_client.get("/presentations/").content.decode()


def test_a_no_leads_to_a_project_that_lives_or_to_a_new_one(association_client, suggestion):
    RefusalStep.objects.filter(reason="unclear").update(section="presentation")
    association = suggestion.association
    Project.objects.filter(association=association).delete()
    closed = ProjectFactory(association=association, published=True)
    closed.status, closed.closed_at = "closed", clock.now()
    closed.save()
    Suggestion.objects.update(
        status="declined", refusal_reason="unclear", answered_at=clock.now(), project=closed
    )
    page = association_client.get("/presentations/").content.decode()
    assert reverse("associations:project_create") in page
    first, _ = (ProjectFactory(association=association, published=True) for _ in range(2))
    page = association_client.get("/presentations/").content.decode()
    assert f'href="{reverse("associations:project_edit", args=[first.pk])}"' in page


def test_a_company_reads_what_its_silence_does(company_client, suggestion):
    with clock.frozen(datetime(2026, 11, 29, 9, tzinfo=UTC)) as now:
        Suggestion.objects.update(presented_at=now())
        page = company_client.get(suggestion.get_absolute_url()).content.decode()
        assert "pourra de nouveau vous être proposée à partir du 28\u00a0mai 2027" in page
        now.move_to(datetime(2027, 6, 1, 9, tzinfo=UTC))
        page = company_client.get(suggestion.get_absolute_url()).content.decode()
        assert "peut de nouveau vous être proposée\u202f;" in page


def test_presentations_ask_as_much_for_one_as_for_ten(association_client, suggestion, query_count):
    one = query_count(lambda: association_client.get("/presentations/"))
    run = RoundFactory()
    for _ in range(9):
        SuggestionFactory(association=suggestion.association, round=run)
    assert query_count(lambda: association_client.get("/presentations/")) <= one
    Suggestion.objects.update(status="declined", refusal_reason="timing", answered_at=clock.now())
    ten = query_count(lambda: association_client.get("/presentations/"))
    Suggestion.objects.exclude(pk=suggestion.pk).delete()
    assert query_count(lambda: association_client.get("/presentations/")) == ten


def test_a_person_without_an_association_has_no_such_page(client, db):
    client.force_login(UserFactory())
    assert client.get("/presentations/").status_code == 404
    assert client.get("/besoins-pour-vous/").status_code == 404


def test_suited_needs_are_shown_with_reasons(client, db):
    association = AssociationFactory(complete=True)
    need = NeedFactory(published=True, territories=["59"], title="Des ateliers pour l’emploi")
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    page = client.get("/besoins-pour-vous/").content.decode()
    assert need.title in page
    assert "cause commune" in page


def test_needs_already_asked_about_come_last_with_their_page_and_cost_no_query(client, db, query_count):
    association = AssociationFactory(complete=True)
    member = MembershipFactory(organisation=association.organisation).user
    client.force_login(member)
    needs = [NeedFactory(published=True, territories=["59"]) for _ in range(3)]
    # What a process asks once, the stems of the thesaurus, is not counted.
    client.get("/besoins-pour-vous/")
    few = query_count(lambda: client.get("/besoins-pour-vous/"))
    for need in needs[:2]:
        MembershipFactory(organisation=need.company.organisation)
        asked = introduce(
            association=association,
            company=need.company,
            need=need,
            kind=need.kind,
            asked_by_side=Side.ASSOCIATION,
            note="Parlons-en.",
            by=member,
        )
    page = client.get("/besoins-pour-vous/").text
    assert page.count("déjà une demande en cours") == 2
    assert asked.get_absolute_url() in page
    assert page.index(str(needs[2].pk)) < page.index(str(needs[0].pk))
    assert page.index(str(needs[2].pk)) < page.index(str(needs[1].pk))
    assert query_count(lambda: client.get("/besoins-pour-vous/")) == few


@pytest.mark.parametrize("said", [True, False])
def test_who_has_said_no_territory_is_led_to_where_it_is_said(client, db, said):
    association = AssociationFactory(complete=True, **({} if said else {"territories": []}))
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    NeedFactory(published=True, territories=["13"])
    where = reverse("associations:edit_section", args=[association.pk, "territoires"])
    for name in ("suited_needs", "presentations"):
        page = client.get(reverse(f"matching:{name}")).text
        assert said or where in page
        assert ("ne dit pas encore où vous agissez" in html.unescape(page).replace("\n", " ")) is not said


def test_no_suited_need_says_why(client, db):
    association = AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["13"])
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    page = html.unescape(client.get("/besoins-pour-vous/").text)
    assert "(1 besoin ouvert)\u00a0: vous n’agissez pas, d’après votre fiche, sur le territoire" in page
    assert reverse("associations:edit_section", args=[association.pk, "territoires"]) in page


@pytest.mark.parametrize(
    ("name", "data"), [("suggestion_interest", {}), ("suggestion_decline", {"reason": "timing"})]
)
def test_what_was_written_is_kept_when_it_is_too_late(company_client, suggestion, name, data):
    expire_suggestions(need=suggestion.need)
    url = reverse(f"matching:{name}", args=[suggestion.pk])
    response = company_client.post(url, data | {"note": "Mot précieux"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Mot précieux" in page
    assert page.index("Ce n’est pas enregistré") < page.index("Pourquoi vous la voyez")


@pytest.mark.django_db
def test_somebody_of_two_associations_is_never_shown_the_needs_of_one_that_left(client):
    """Nor writes its project: the others by name, and a link to each."""
    here, gone, other = (
        AssociationFactory(complete=True, organisation__name=name) for name in ("B", "A", "C")
    )
    person = UserFactory()
    for association in (here, gone, other):
        MembershipFactory(organisation=association.organisation, user=person)
    withdraw_organisation(organisation=gone.organisation, by=None)
    client.force_login(person)
    for address in (reverse("matching:suited_needs"), reverse("associations:project_create")):
        page = client.get(address)
        assert page.context["association"] == here
        assert page.context["others"] == [other]
        assert f"association={other.pk}" in page.content.decode()
        assert client.get(address, {"association": other.pk}).context["association"] == other


def test_the_needs_of_a_diagnosis_are_a_link_for_the_association_alone(client, db):
    step = {"key": "needs", "text": "Écrivez la première.", "label": "Voir", "path": "/besoins-pour-vous/"}
    found = DiagnosisFactory(steps=[step])
    member = MembershipFactory(organisation=found.project.association.organisation).user
    for reader, links in ((member, True), (StaffFactory(), False)):
        client.force_login(reader)
        page = client.get(found.get_absolute_url()).text
        assert "Écrivez la première" in page
        assert ('href="/besoins-pour-vous/"' in page.split("<main")[1]) is links


def test_a_choice_made_too_late_is_said_not_to_be_kept(client, db):
    found = DiagnosisFactory()
    client.force_login(MembershipFactory(organisation=found.project.association.organisation).user)
    address = reverse("matching:diagnosis_choose", args=[found.pk])
    client.post(address, {"choice": "rewrite"})
    late = client.post(address, {"choice": "co_build", "question": "Un mot gardé ?"})
    assert late.status_code == 409
    page = late.text
    assert page.index("Ce n’est pas enregistré") < page.index("Ce que nous savons")
    assert "Un mot gardé" in page


def test_a_diagnosis_recalls_the_appointment_already_taken(client, db):
    found = DiagnosisFactory()
    member = MembershipFactory(organisation=found.project.association.organisation).user
    client.force_login(member)
    assert "Choisir un moment" in client.get(found.get_absolute_url()).text
    slot = Slot.objects.create(
        adviser=StaffFactory(),
        starts_at=clock.now() + timedelta(days=3),
        booked_by_organisation_id=found.project.association.organisation_id,
        booked_by=member,
        booked_for_type=ContentType.objects.get_for_model(found.project),
        booked_for_id=found.project_id,
        booked_at=clock.now(),
    )
    page = client.get(found.get_absolute_url()).text
    assert "Votre rendez-vous est pris" in page
    assert slot.get_absolute_url() in page
    assert "Choisir un moment" not in page


def test_after_a_no_a_company_reads_what_comes_next(company_client, suggestion):
    """The others that wait, then its need, then another one: never a page that leads nowhere."""
    Suggestion.objects.update(
        status=SuggestionStatus.DECLINED, refusal_reason=RefusalReason.TERRITORY, answered_at=clock.now()
    )
    others = [SuggestionFactory(need=suggestion.need, score=score) for score in ("0.8", "0.6")]

    def page():
        return " ".join(html.unescape(company_client.get(suggestion.get_absolute_url()).text).split())

    assert "lit sur son compte votre réponse et sa raison" in page()
    for number, said in ((2, "2 autres associations vous sont proposées"), (1, "Une autre association")):
        assert said in page()
        assert f'href="{others[0].get_absolute_url()}">Lire {others[0].association.organisation}' in page()
        assert len(others) == number
        others.pop().delete()
    assert f'href="{suggestion.need.get_absolute_url()}">Revoir ce besoin' in page()
    Need.objects.update(status="closed", closed_at=clock.now())
    new_need = f"{reverse('companies:need_create')}?entreprise={suggestion.company_id}"
    assert f'href="{new_need}">Publier un besoin' in page()


def test_a_company_reads_that_the_association_has_already_written(company_client, suggestion):
    def page():
        return company_client.get(suggestion.get_absolute_url()).text

    assert "vous a écrit" not in page()
    asked = IntroductionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    assert "vous a écrit le" in page()
    assert f'href="{asked.get_absolute_url()}"' in page()
    assert "vaut aussi pour sa demande" in page()
    assert "peut aussi vous écrire" not in page()
    Suggestion.objects.update(status=SuggestionStatus.EXPIRED)
    assert "Sa demande attend votre réponse" in page()


@pytest.mark.parametrize("state", ["presented", "expired", "declined"])
def test_what_comes_next_is_for_the_company_alone_and_once_it_is_over(client, db, state):
    suggestion = SuggestionFactory(**({} if state == "presented" else {state: True}))
    member = MembershipFactory(organisation=suggestion.company.organisation).user
    for reader, invited in ((member, state != "presented"), (StaffFactory(), False)):
        client.force_login(reader)
        page = html.unescape(client.get(suggestion.get_absolute_url()).text)
        assert ("Et maintenant" in page) is invited


def test_the_no_that_answered_a_request_leads_to_it(company_client, suggestion):
    asked = IntroductionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    company_client.post(
        reverse("matching:suggestion_decline", args=[suggestion.pk]), {"reason": "timing", "note": ""}
    )
    page = html.unescape(company_client.get(suggestion.get_absolute_url()).text)
    assert "C’est la réponse à" in page
    assert f'href="{asked.get_absolute_url()}"' in page
    assert "Et maintenant" in page
