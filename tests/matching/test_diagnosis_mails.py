"""Whole mails after a diagnosis, as read; and who no longer gets them at the moment they leave."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from associations.enums import Stance
from associations.operations import publish_project
from companies.operations import close_need
from matching.enums import Choice, DiagnosisCause
from matching.explaining import facts_of
from matching.followups import CallAfterDiagnosis
from matching.links import ChoiceLink, CoBuildLink, PauseLink, RewriteLink, WidenLink
from matching.models import Diagnosis
from matching.notifications import ChoiceReminder, DiagnosisReminder, DiagnosisWritten
from matching.operations import choose_after, diagnose
from matching.profiles import repair, reweigh
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.links import link_for
from mecenova.mail.models import OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.ui.figures import long_date
from mecenova.workflow.journal import history
from partnerships.enums import Side
from partnerships.operations import introduce, release_introduction
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.mail.reading import whole
from tests.matching.factories import DiagnosisFactory, SuggestionFactory
from tests.partnerships.factories import fill_places

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)
BLANK = re.compile(r"/lien/[^\s)]+|/rendez-vous/choisir/[^\s)]+|[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def user():
    return UserFactory(first_name="Awa")


@pytest.fixture
def project(now, user):
    association = AssociationFactory(complete=True, members=[user], organisation__name="Les Petits Ponts")
    project = ProjectFactory(association=association, title="Un pont & <b>deux</b> *rives*")
    AskFactory(project=project)
    return publish_project(project=project, by=user)


def read(name):
    mail = OutgoingMail.objects.get(notification=name)
    return BLANK.sub("…", whole(mail))


def test_a_quiet_project(now, project, snapshot):
    need = NeedFactory(published=True, territories=["59"], company=CompanyFactory(policy__territories=["FR"]))
    NeedFactory.create_batch(2, published=True, kind=Kind.SKILLS, territories=["59"])
    SuggestionFactory(association=project.association, project=project, need=need, seen_at=MONDAY)
    SuggestionFactory(
        association=project.association,
        project=project,
        status="declined",
        refusal_reason="unclear",
        answered_at=MONDAY,
    )
    SuggestionFactory(need=need)
    now.move_to(MONDAY + timedelta(days=45))
    # What the night's check writes of needs that factories told nobody of.
    repair()
    reweigh()
    diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    assert read("matching.diagnosis") == snapshot


def test_links_of_the_same_words_lead_to_the_same_page(project):
    """Two of them were « Réécrire le projet »: one opened the form, the other the choice and its page."""
    SuggestionFactory(association=project.association, project=project, seen_at=MONDAY)
    diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    mail = OutgoingMail.objects.get(notification="matching.diagnosis")
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', mail.html, re.DOTALL)
    pages_of = {}
    for address, words in links:
        pages_of.setdefault(re.sub(r"<[^>]+>|\s+", " ", words).strip(), set()).add(address)
    assert {"Modifier le projet", "Réécrire le projet"} <= pages_of.keys()
    assert [words for words, pages in pages_of.items() if len(pages) > 1] == []


def test_figures_read_later_are_told_of_the_day_they_were_counted(now, project):
    diagnosis = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    now.move_to(MONDAY + timedelta(days=9))
    SuggestionFactory(association=project.association, project=project)
    told = " ".join(facts_of(diagnosis)).replace("\u00a0", " ")
    assert "Le 7 septembre 2026, votre projet n’a été présenté à aucune entreprise" in told
    assert "Au 7 septembre 2026, aucune entreprise inscrite ne soutenait" in told
    assert "Aujourd’hui" not in told


def test_figures_that_begin_at_the_diagnosis_before_say_so(now, project, user):
    """It has been presented, and not since then."""
    SuggestionFactory(association=project.association, project=project)
    now.advance(timedelta(days=1))
    before = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    choose_after(diagnosis=before, choice=Choice.REWRITE, by=user)
    now.advance(timedelta(days=50))
    told = facts_of(diagnose(project=project, cause=DiagnosisCause.QUIET, turn="2-45"))[0]
    assert told.replace("\u00a0", " ") == (
        "Du 8 septembre 2026 au 28 octobre 2026, votre projet n’a été présenté à aucune entreprise : "
        "personne ne l’a donc refusé."
    )


def test_a_project_presented_to_nobody(now, project, snapshot):
    now.move_to(MONDAY + timedelta(days=45))
    diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    assert read("matching.diagnosis") == snapshot


@pytest.mark.parametrize("how", ["seen", "unseen", "need over"])
def test_a_request_without_an_answer(now, project, user, how, snapshot):
    company = CompanyFactory(organisation__name="Banque d’ici", members=[UserFactory()])
    if how == "need over":
        fill_places(company)
    need = NeedFactory(company=company, published=True)
    introduction = introduce(
        association=project.association,
        company=company,
        kind=Kind.FINANCIAL,
        asked_by_side=Side.ASSOCIATION,
        note="Parlons-en.",
        by=user,
        need=need,
        project=project,
    )
    if how == "need over":
        close_need(need=need, by=None)
    else:
        introduction.seen_at = MONDAY if how == "seen" else None
        introduction.save()
        release_introduction(introduction=introduction)
    run_due()
    assert read("matching.diagnosis") == snapshot


def test_the_reminder(now, project, snapshot):
    diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    now.move_to(MONDAY + timedelta(days=8))
    run_due()
    assert f"à partir du {long_date(next_step(project).due_at)}" in read("matching.diagnosis_reminder")
    assert read("matching.diagnosis_reminder") == snapshot


@pytest.mark.parametrize("choice", [Choice.REWRITE, Choice.WIDEN])
def test_the_reminder_of_what_was_chosen(now, project, user, choice, snapshot):
    diagnosis = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    choose_after(diagnosis=diagnosis, choice=choice, by=user)
    now.move_to(MONDAY + timedelta(days=15))
    run_due()
    assert f"à partir du {long_date(next_step(project).due_at)}" in read("matching.choice_reminder")
    assert read("matching.choice_reminder") == snapshot


@pytest.mark.parametrize("what", ["chosen", "expert", "left the team"])
def test_nobody_is_reminded_of_what_is_over(project, user, what):
    diagnosis = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    assert DiagnosisWritten().still_wanted(diagnosis, user)
    if what == "chosen":
        choose_after(diagnosis=diagnosis, choice=Choice.REWRITE, by=user)
    elif what == "expert":
        project.association.stance = Stance.EXPERT_ONLY
        project.association.save()
    else:
        project.association.organisation.memberships.all().delete()
    diagnosis = Diagnosis.objects.get()
    assert not DiagnosisWritten().still_wanted(diagnosis, user)
    assert not DiagnosisReminder().still_wanted(diagnosis, user)
    assert ChoiceReminder().still_wanted(diagnosis, user) is (what == "chosen")


# One click.


@pytest.fixture
def diagnosis(project):
    return diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")


def path(link, diagnosis, user):
    return link_for(link, diagnosis, user).removeprefix("http://testserver")


FILLED: list[tuple[type[ChoiceLink], dict, str]] = [
    (RewriteLink, {}, "matching.rewrite"),
    (WidenLink, {}, "matching.widen"),
    (CoBuildLink, {"question": "Comment recruter sans CV ?"}, "associations.review_project"),
    (PauseLink, {"pause_until": "2026-10-30"}, "associations.project_pause"),
]


@pytest.mark.parametrize(("link", "said", "rule"), FILLED)
def test_opening_a_link_changes_nothing_and_sending_its_form_does(client, diagnosis, user, link, said, rule):
    url = path(link, diagnosis, user)
    assert client.get(url).status_code == 200
    assert next_step(diagnosis.project).rule == "matching.choose_after"
    answer = client.post(url, said)
    assert ", au plus tard le " in answer.content.decode()
    assert next_step(diagnosis.project).rule == rule
    again = client.post(url, said)
    assert "déjà choisie" in again.content.decode()


def test_the_question_is_already_begun(client, diagnosis, user):
    page = client.get(path(CoBuildLink, diagnosis, user)).content.decode()
    assert "Comment mener ensemble" in page
    assert "&lt;b&gt;deux" in page


@pytest.mark.parametrize(
    ("link", "said", "refusal"),
    [
        (PauseLink, {}, "Choisissez le dernier jour de la pause."),
        (PauseLink, {"pause_until": "2020-01-01"}, "Choisissez une date à venir"),
        (PauseLink, {"pause_until": "2036-01-01"}, "Choisissez une date dans les douze mois."),
        (PauseLink, {"pause_until": "demain"}, "date"),
        (CoBuildLink, {"question": " "}, "Écrivez la question"),
        (CoBuildLink, {"question": "x" * 2001}, "2 000 caractères au plus"),
    ],
)
def test_a_form_that_says_too_little_is_shown_again(client, diagnosis, user, link, said, refusal):
    answer = client.post(path(link, diagnosis, user), said)
    assert refusal in " ".join(answer.context["form"].errors.as_text().split())
    assert Diagnosis.objects.get().is_open


def test_a_link_of_who_has_left_the_team_does_nothing(client, diagnosis, user):
    url = path(RewriteLink, diagnosis, user)
    diagnosis.project.association.organisation.memberships.all().delete()
    assert client.post(url).status_code == 404
    assert Diagnosis.objects.get().is_open


# The page.


def page_of(diagnosis):
    return diagnosis.get_absolute_url()


def test_the_page_says_figures_steps_and_choices(client, user, diagnosis):
    client.force_login(user)
    page = client.get(page_of(diagnosis)).content.decode()
    assert "présenté à aucune entreprise" in page
    for words in ("Réécrire le projet", "L’élargir", "Le co-construire", "Le mettre en pause"):
        assert words in page
    project = client.get(diagnosis.project.get_absolute_url()).content.decode()
    assert page_of(diagnosis) in project
    assert page_of(diagnosis) in client.get("/tableau-de-bord/").content.decode()


@pytest.mark.parametrize(
    ("choice", "said", "leads", "whose"),
    [
        ("rewrite", {}, "modifier", "À vous"),
        ("widen", {}, "diagnostics", "À vous"),
        ("co_build", {"question": "Comment ?"}, "projets", "De notre côté"),
        ("pause", {"pause_until": "2026-10-30"}, "projets", "De notre côté"),
    ],
)
def test_a_choice_leads_where_it_is_done(client, user, diagnosis, choice, said, leads, whose):
    client.force_login(user)
    answer = client.post(f"{page_of(diagnosis)}choisir/", {"choice": choice, **said}, follow=True)
    assert leads in answer.redirect_chain[-1][0]
    assert f"{whose}, au plus tard le" in answer.content.decode()
    assert client.get(page_of(diagnosis)).status_code == 200


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 302),
        ({"choice": "drop"}, 302),
        ({"choice": "pause", "pause_until": "hier"}, 422),
        ({"choice": "co_build", "question": ""}, 422),
        ({"choice": "co_build", "question": "a\x00b"}, 422),
    ],
)
def test_a_page_sent_half_filled_keeps_what_was_typed(client, user, diagnosis, said, status):
    client.force_login(user)
    answer = client.post(f"{page_of(diagnosis)}choisir/", said)
    assert answer.status_code == status
    assert Diagnosis.objects.get().is_open


@pytest.mark.parametrize("who", ["stranger", "company"])
def test_the_diagnosis_of_others_does_not_exist(client, diagnosis, who):
    person = UserFactory()
    if who == "company":
        MembershipFactory(organisation=CompanyFactory().organisation, user=person)
    client.force_login(person)
    assert client.get(page_of(diagnosis)).status_code == 404
    for name in ("choisir", "appel"):
        assert client.post(f"{page_of(diagnosis)}{name}/", {"choice": "rewrite"}).status_code == 404


def test_a_member_notes_no_call(client, user, diagnosis):
    client.force_login(user)
    assert client.post(f"{page_of(diagnosis)}appel/", {"note": "Moi"}).status_code == 404


def test_the_words_of_a_call_that_came_second_are_given_back(client, now, diagnosis):
    """A colleague has called first; sent twice, a form is one call."""
    now.advance(timedelta(days=15))
    run_due()
    now.advance(timedelta(days=15))
    run_due()
    assert next_step(diagnosis.project).rule == CallAfterDiagnosis.name
    client.force_login(StaffFactory())
    for _ in range(2):
        assert client.post(f"{page_of(diagnosis)}appel/", {"note": "Elle réfléchit."}).status_code == 302
    client.force_login(StaffFactory())
    late = client.post(f"{page_of(diagnosis)}appel/", {"note": "Elle a changé d’avis."})
    assert late.status_code == 409
    assert "Aucun appel n’est attendu" in late.text
    assert "Elle a changé d’avis." in late.text
    assert [line.note for line in history(diagnosis.project) if line.verb == "call"] == ["Elle réfléchit."]


def test_the_page_never_tells_a_small_number_of_others(client, user, project):
    diagnosis = DiagnosisFactory(project=project, competing=4)
    client.force_login(user)
    page = client.get(page_of(diagnosis)).content.decode()
    assert "quelques autres associations" in page
    assert "4 autres" not in page


def test_the_page_costs_the_same_whatever_the_rows(client, user, diagnosis, query_count):
    client.force_login(user)
    client.get(page_of(diagnosis))
    one = query_count(lambda: client.get(page_of(diagnosis)))
    SuggestionFactory.create_batch(5, association=diagnosis.project.association, project=diagnosis.project)
    AskFactory.create_batch(3, project=diagnosis.project)
    assert query_count(lambda: client.get(page_of(diagnosis))) == one
    assert one <= 16
