"""A project that found no company: told why, asked what comes next, and never left without a step."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.operations import withdraw_organisation
from associations.enums import ProjectStatus, Stance
from associations.operations import (
    close_project,
    publish_project,
    resume_project,
    save_ask,
    update_association,
    update_project,
)
from associations.operations import (
    note_call as call_association,
)
from companies.operations import close_need
from matching.advice import three_steps
from matching.enums import Choice, DiagnosisCause
from matching.findings import Findings
from matching.models import Diagnosis
from matching.operations import choose_after, diagnose, note_call
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from partnerships.enums import Side
from partnerships.operations import (
    accept_introduction,
    agree_partnership,
    introduce,
    release_introduction,
)
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of
from tests.threads import at_once

MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def project(now, user):
    """Published today, by an association that is somebody's."""
    project = ProjectFactory(association=AssociationFactory(complete=True, members=[user]))
    AskFactory(project=project)
    return publish_project(project=project, by=user)


@pytest.fixture
def quiet(project):
    return diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")


def live(now, days, project):
    """From one due date to the next, each sweep run twice: the project has exactly one step after each."""
    end = now() + timedelta(days=days)
    while due := FollowUp.objects.open().filter(due_at__lte=end).order_by("due_at").first():
        now.move_to(max(due.due_at, now()))
        run_due()
        run_due()
        assert FollowUp.objects.about([project]).steps().count() == 1
        assert not FollowUp.objects.all().in_error().exists()
    now.move_to(end)


def mails(*names):
    return OutgoingMail.objects.filter(notification__in=names)


def step_of(project):
    return next_step(project).rule


# When it is written.


def test_forty_five_days_without_interest(now, project):
    live(now, 44, project)
    assert not Diagnosis.objects.exists()
    live(now, 2, project)
    diagnosis = Diagnosis.objects.get()
    assert (diagnosis.cause, diagnosis.presented, diagnosis.competing) == ("quiet", 0, None)
    assert step_of(project) == "matching.choose_after"
    assert mails("matching.diagnosis").count() == 1
    assert not DigestLine.objects.filter(notification="associations.review_project").exists()


def test_interest_leaves_the_plain_review(now, project):
    IntroductionFactory(association=project.association, project=project, asked_by_side=Side.COMPANY)
    live(now, 46, project)
    assert not Diagnosis.objects.exists()
    assert DigestLine.objects.filter(notification="associations.review_project").count() == 1


def test_a_partnership_that_lives_is_interest_however_old(now, project):
    introduction = IntroductionFactory(association=project.association, project=project)
    accept_introduction(introduction=introduction, by=member_of(introduction.company), note="")
    agree_partnership(
        partnership=introduction.partnership,
        signed_on=clock.today(),
        ends_on=None,
        by=member_of(introduction.company),
    )
    live(now, 140, project)
    assert not Diagnosis.objects.filter(project=project).exists()


def asked(of, user, company=None, **values):
    company = company or CompanyFactory(organisation__name="Banque d’ici")
    member_of(company)  # Nobody writes to a company that nobody answers for.
    return introduce(
        association=of.association,
        company=company,
        kind=Kind.FINANCIAL,
        asked_by_side=Side.ASSOCIATION,
        note="Parlons-en.",
        by=user,
        **values,
    )


def test_a_released_request_is_explained_in_one_mail(now, project, user):
    introduction = asked(project, user, project=project)
    release_introduction(introduction=introduction)
    assert not Diagnosis.objects.exists()
    run_due()
    run_due()
    diagnosis = Diagnosis.objects.get()
    assert (diagnosis.cause, diagnosis.introduction, diagnosis.presented) == ("released", introduction, 1)
    assert mails("matching.diagnosis", "partnerships.introduction_released").count() == 1
    assert "Banque d’ici n’a pas répondu" in mails("matching.diagnosis").get().text


def test_a_request_that_names_no_project_is_about_the_one_published(now, project, user):
    release_introduction(introduction=asked(project, user))
    run_due()
    assert Diagnosis.objects.get().project == project


def test_a_need_that_closes_while_the_request_queues_is_explained(now, project, user):
    company = CompanyFactory(organisation__name="Banque d’ici")
    fill_places(company)
    need = NeedFactory(company=company, published=True)
    asked(project, user, company=company, need=need, project=project)
    close_need(need=need, by=None)
    run_due()
    assert "Le besoin de Banque d’ici s’est clos" in mails("matching.diagnosis").get().text
    assert not mails("partnerships.introduction_need_over").exists()


@pytest.mark.parametrize(
    "lost", ["no project", "closed", "paused", "expert", "asked by the company", "open one"]
)
def test_without_a_diagnosis_the_plain_words_remain(now, project, user, lost):
    introduction = asked(project, user, project=project)
    if lost == "no project":
        close_project(project=project, by=user)
    if lost in {"paused", "expert"}:
        stance = Stance.PAUSED if lost == "paused" else Stance.EXPERT_ONLY
        until = now().date() + timedelta(days=90) if lost == "paused" else None
        update_association(association=project.association, by=user, stance=stance, paused_until=until)
    if lost == "open one":
        diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    if lost == "asked by the company":
        person = introduction.company.organisation.members.get()
        introduction.asked_by_side = Side.COMPANY
        introduction.asked_by = person
        introduction.save()
    release_introduction(introduction=introduction)
    if lost == "closed":
        close_project(project=project, by=user)
    run_due()
    assert mails("partnerships.introduction_released").count() == 1
    assert Diagnosis.objects.count() == (lost == "open one")


def test_an_association_that_leaves_is_told_nothing(now, project, user):
    asked(project, user, project=project)
    withdraw_organisation(organisation=project.association.organisation, by=user)
    run_due()
    assert not Diagnosis.objects.exists()


@pytest.mark.parametrize(
    ("number", "said"), [(1, "Une entreprise nous a répondu «"), (2, "2 entreprises nous ont répondu «")]
)
def test_companies_that_said_why_agree_with_their_verb(project, number, said):
    findings = Findings(3, 3, 3, 0, 3, refusals={"timing": number})
    assert any(
        said in step.text.replace("\xa0", " ").replace("\u202f", " ")
        for step in three_steps(project, findings)
    )


def test_twice_is_once(project, quiet):
    assert diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45") == quiet
    assert diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-135") is None
    assert Diagnosis.objects.count() == 1
    assert mails("matching.diagnosis").count() == 1


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("once_per_cause_and_turn", {"turn": "1-45", "closed_at": MONDAY}),
        ("open_once_per_project", {"turn": "2-45"}),
        ("released_has_its_introduction", {"turn": "3", "cause": "released", "closed_at": MONDAY}),
        ("chosen_has_its_date", {"turn": "4", "choice": "pause", "closed_at": MONDAY}),
        ("figures_agree", {"turn": "5", "seen": 2, "closed_at": MONDAY}),
    ],
)
def test_the_database_refuses_what_cannot_be(quiet, constraint, values):
    plain = {"cause": "quiet", "presented": 1, "seen": 0, "answered": 0, "companies_compatible": 0}
    with pytest.raises(IntegrityError, match=f'"diagnosis_{constraint}"'), transaction.atomic():
        Diagnosis.objects.create(project=quiet.project, since=MONDAY, **{**plain, **values})


# The choice.


@pytest.mark.parametrize(
    ("choice", "values", "rule"),
    [
        (Choice.REWRITE, {}, "matching.rewrite"),
        (Choice.WIDEN, {}, "matching.widen"),
        (Choice.CO_BUILD, {"question": "Comment faire ensemble ?"}, "associations.review_project"),
        (Choice.PAUSE, {"pause_until": MONDAY.date() + timedelta(days=40)}, "associations.project_pause"),
    ],
)
def test_each_choice_does_something_and_leaves_one_step(now, project, quiet, user, choice, values, rule):
    for _ in range(2):
        chosen = choose_after(diagnosis=quiet, choice=choice, by=user, **values)
    assert (chosen.choice, chosen.chosen_by, chosen.is_open) == (choice, user, False)
    step = FollowUp.objects.about([project]).steps().get()
    assert (step.rule, step.deadline > now()) == (rule, True)
    told = [(line.verb, line.note) for line in history(project)]
    assert [each for each in told if each[0] in {"diagnose", "choose"}] == [
        ("diagnose", quiet.get_cause_display()),
        ("choose", choice.label),
    ]
    other = Choice.WIDEN if choice != Choice.WIDEN else Choice.REWRITE
    with pytest.raises(DomainError, match="déjà choisie"):
        choose_after(diagnosis=quiet, choice=other, by=user)
    live(now, 200, project)


def test_what_was_to_be_rewritten_is_done_once_saved(now, project, quiet, user):
    choose_after(diagnosis=quiet, choice=Choice.REWRITE, by=user)
    now.move_to(now() + timedelta(days=3))
    update_project(project=project, by=user, title="Un titre plus court")
    step = next_step(project)
    assert (step.rule, (step.due_at - now()).days) == ("associations.review_project", 44)


@pytest.mark.parametrize("how", ["ask", "profile", "project"])
def test_what_was_to_be_widened_is_done_once_saved(project, quiet, user, how):
    choose_after(diagnosis=quiet, choice=Choice.WIDEN, by=user)
    if how == "ask":
        save_ask(project=project, by=user, kind=Kind.IN_KIND, goods="Dix tables")
    elif how == "profile":
        update_association(association=project.association, by=user, territories=[])
    else:
        update_project(project=project, by=user, territories=[])
    assert step_of(project) == "associations.review_project"


def test_the_question_of_a_co_construction_is_added_once(project, quiet, user):
    choose_after(diagnosis=quiet, choice=Choice.CO_BUILD, by=user, question="Comment recruter sans CV ?")
    assert project.asks.get(kind=Kind.CO_CONSTRUCTION).question == "Comment recruter sans CV ?"
    assert project.asks.count() == 2


def test_a_pause_is_the_project_s_and_the_association_s_when_it_is_alone(now, project, quiet, user):
    until = now().date() + timedelta(days=30)
    choose_after(diagnosis=quiet, choice=Choice.PAUSE, by=user, pause_until=until)
    project.refresh_from_db()
    assert (project.paused_until, project.status) == (until, ProjectStatus.PUBLISHED)
    assert project.association.is_paused
    resume_project(project=project, by=user)
    project.refresh_from_db()
    assert (project.is_paused, project.association.is_paused) == (False, False)
    assert step_of(project) == "associations.review_project"


def test_a_pause_of_one_project_among_two_leaves_the_association_open(now, project, quiet, user):
    ProjectFactory(association=project.association, published=True)
    choose_after(diagnosis=quiet, choice=Choice.PAUSE, by=user, pause_until=now().date() + timedelta(days=30))
    project.association.refresh_from_db()
    assert project.association.stance == Stance.OPEN
    live(now, 32, project)
    assert step_of(project) == "associations.review_project"
    assert mails("associations.project_pause_over").count() == 1


@pytest.mark.parametrize(
    ("choice", "values", "words"),
    [
        ("", {}, "quatre suites"),
        ("drop", {}, "quatre suites"),
        (Choice.PAUSE, {}, "dernier jour"),
        (Choice.PAUSE, {"pause_until": MONDAY.date()}, "à venir"),
        (Choice.PAUSE, {"pause_until": MONDAY.date() + timedelta(days=400)}, "douze mois"),
        (Choice.CO_BUILD, {"question": "  "}, "Écrivez la question"),
    ],
)
def test_a_choice_that_says_too_little_changes_nothing(project, quiet, user, choice, values, words):
    with pytest.raises(DomainError, match=words):
        choose_after(diagnosis=quiet, choice=choice, by=user, **values)
    quiet.refresh_from_db()
    assert quiet.is_open
    assert step_of(project) == "matching.choose_after"


def test_who_refuses_co_construction_is_told_where_to_change_it(project, quiet, user):
    update_association(association=project.association, by=user, refused_kinds=[Kind.CO_CONSTRUCTION])
    with pytest.raises(DomainError, match="Position"):
        choose_after(diagnosis=quiet, choice=Choice.CO_BUILD, by=user, question="Comment ?")


def test_others_choose_nothing(quiet):
    with pytest.raises(PermissionDenied):
        choose_after(diagnosis=quiet, choice=Choice.REWRITE, by=UserFactory())


# Without a choice.


def test_a_silence_is_reminded_once_then_called(now, project, quiet):
    live(now, 60, project)
    assert mails("matching.diagnosis_reminder").count() == 1
    step = next_step(project)
    assert (step.rule, step.owner) == ("matching.call_after_diagnosis", "staff")


def test_the_team_notes_its_call(now, project, quiet):
    live(now, 30, project)
    staff = StaffFactory()
    note_call(diagnosis=quiet, note="Elle réfléchit.", by=staff)
    assert step_of(project) == "associations.review_project"
    quiet.refresh_from_db()
    assert (quiet.is_open, quiet.choice) == (False, "")
    with pytest.raises(DomainError, match="Aucun appel"):
        note_call(diagnosis=quiet, note="Encore.", by=staff)
    with pytest.raises(PermissionDenied):
        note_call(diagnosis=quiet, note="Moi.", by=UserFactory())


def test_a_call_about_the_project_is_a_call_to_its_association(now, project, quiet):
    live(now, 30, project)
    organisation = project.association.organisation
    note_call(diagnosis=quiet, note="Elle réfléchit.", by=StaffFactory())
    assert [line.verb for line in history(organisation) if line.verb == "call"] == ["call"]


def test_one_call_to_an_association_is_about_its_projects_too(now, project, quiet):
    live(now, 30, project)
    staff, said = StaffFactory(), "Nous avons parlé de tout."
    for _ in range(2):
        call_association(association=project.association, by=staff, note=said)
    assert step_of(project) == "associations.review_project"
    assert [line.note for line in history(project) if line.verb == "call"] == [said]
    quiet.refresh_from_db()
    assert not quiet.is_open


def test_a_call_leaves_alone_what_waits_for_the_association(now, project, quiet):
    call_association(association=project.association, by=StaffFactory(), note="Bonjour.")
    assert step_of(project) == "matching.choose_after"


def test_the_team_may_choose_with_the_association_on_the_telephone(now, project, quiet):
    live(now, 30, project)
    choose_after(diagnosis=quiet, choice=Choice.REWRITE, by=StaffFactory())
    assert step_of(project) == "matching.rewrite"


def test_a_choice_without_a_sequel_is_reminded_once_then_called(now, project, quiet, user):
    choose_after(diagnosis=quiet, choice=Choice.WIDEN, by=user)
    live(now, 60, project)
    assert mails("matching.choice_reminder").count() == 1
    assert step_of(project) == "matching.call_after_diagnosis"


@pytest.mark.parametrize("what", ["interest", "edit", "expert", "close"])
def test_events_decide_in_its_place(now, project, quiet, user, what):
    if what == "interest":
        company = CompanyFactory()
        introduce(
            association=project.association,
            company=company,
            kind=Kind.FINANCIAL,
            asked_by_side=Side.COMPANY,
            note="Votre projet nous intéresse.",
            by=MembershipFactory(organisation=company.organisation).user,
            project=project,
        )
    elif what == "edit":
        update_project(project=project, by=user, title="Autrement")
    elif what == "expert":
        update_association(association=project.association, by=user, stance=Stance.EXPERT_ONLY)
        live(now, 12, project)
    else:
        close_project(project=project, by=user)
    quiet.refresh_from_db()
    assert not quiet.is_open
    step = next_step(project)
    assert (step.rule if step else "") == ("" if what == "close" else "associations.review_project")
    with pytest.raises(DomainError, match="avancé"):
        choose_after(diagnosis=quiet, choice=Choice.PAUSE, by=user)


@pytest.mark.parametrize(("choice", "waited"), [(None, 0), (Choice.REWRITE, 0), (Choice.WIDEN, 40)])
def test_a_yes_to_a_request_that_names_no_project_ends_what_waits(now, project, quiet, user, choice, waited):
    """While it is to be chosen, while what was chosen is to be done, and while the team is to call."""
    if choice:
        choose_after(diagnosis=quiet, choice=choice, by=user)
    live(now, waited, project)
    mails("matching.choice_reminder", "matching.diagnosis_reminder").delete()
    introduction = asked(project, user, project=None)
    assert step_of(project) != "associations.review_project"
    accept_introduction(introduction=introduction, by=member_of(introduction.company), note="")
    quiet.refresh_from_db()
    assert (step_of(project), quiet.is_open) == ("associations.review_project", False)
    live(now, 40, project)
    assert not mails("matching.choice_reminder", "matching.diagnosis_reminder").exists()


@pytest.mark.parametrize("choice", [None, Choice.REWRITE])
def test_a_step_come_due_looks_first_whether_a_company_came(now, project, quiet, user, choice):
    """Told of by nobody: the rows are there, as an import or a merge leaves them."""
    if choice:
        choose_after(diagnosis=quiet, choice=choice, by=user)
    IntroductionFactory(association=project.association, project=None, asked_by_side=Side.COMPANY)
    live(now, 16, project)
    assert step_of(project) == "associations.review_project"
    assert not mails("matching.choice_reminder", "matching.diagnosis_reminder").exists()


def test_interest_in_another_project_leaves_this_one_waiting(now, project, quiet, user):
    other = ProjectFactory(association=project.association, published=True)
    introduction = asked(project, user, project=other)
    accept_introduction(introduction=introduction, by=member_of(introduction.company), note="")
    assert step_of(project) == "matching.choose_after"


def test_a_year_of_a_silent_association_is_neither_silent_nor_nagging(now, project):
    live(now, 365, project)
    assert mails("matching.diagnosis").count() == 1
    assert mails("matching.diagnosis_reminder").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_choose_once():
    user = UserFactory()
    project = ProjectFactory(association=AssociationFactory(complete=True, members=[user]))
    AskFactory(project=project)
    publish_project(project=project, by=user)
    found = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    chosen, refused = sorted(
        at_once(
            *(
                partial(choose_after, diagnosis=found, choice=choice, by=user)
                for choice in (Choice.REWRITE, Choice.WIDEN)
            )
        ),
        key=lambda given: isinstance(given, DomainError),
    )
    assert isinstance(refused, DomainError)
    found.refresh_from_db()
    assert found.choice == chosen.choice
    assert FollowUp.objects.about([project]).steps().count() == 1
