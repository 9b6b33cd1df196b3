"""A project that found no company: why, in figures; what its association chooses; what then begins."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.operations import locked
from associations.models import Association, Project
from associations.operations import note_call as call_association
from associations.operations import pause_project, restart_project_step, save_ask
from associations.readiness import ITS_LISTS
from matching import policies
from matching.advice import three_steps
from matching.enums import Choice, DiagnosisCause
from matching.findings import counted_since, find, interest_came, interest_in
from matching.followups import (
    CallAfterDiagnosis,
    ChooseAfterDiagnosis,
    ExplainEnding,
    RewriteProject,
    WidenProject,
)
from matching.followups.diagnosis import IN_PLACE, UNTIL_SAVED
from matching.models import Diagnosis
from matching.notifications import DiagnosisWritten
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import close, next_step, restart_step, start
from mecenova.calendar import clock
from mecenova.mail.operations import queue
from mecenova.reference.enums import Kind
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import just_said, record
from partnerships.enums import Side
from partnerships.models import Introduction
from partnerships.operations import tell_ending


@transaction.atomic
def diagnose(
    *, project: Project, cause: str, introduction: Introduction | None = None, turn: str = ""
) -> Diagnosis | None:
    """Write it, tell the association, and make its choice the project's next step.

    None when nobody is to be told: a project that is not proposed, an association in pause or an expert only,
    a project whose last diagnosis still waits. The same cause and turn (or introduction) is written once.
    """
    project = _hold(project)
    key = str(introduction.pk) if introduction else turn
    prefetch_related_objects([project], "diagnoses")
    for one in project.diagnoses.all():
        if (one.cause, one.turn) == (cause, key):
            return one
    if not policies.can_be_diagnosed(project) or any(one.is_open for one in project.diagnoses.all()):
        return None
    # What its figures and its steps both follow from.
    prefetch_related_objects([project], "causes", "territories", "asks", *ITS_LISTS)
    since = counted_since(project, introduction)
    findings = find(project, since, introduction)
    diagnosis = Diagnosis.objects.create(
        project=project,
        cause=cause,
        turn=key,
        introduction=introduction,
        since=since,
        presented=findings.presented,
        seen=findings.seen,
        answered=findings.answered,
        competing=findings.competing,
        companies_compatible=findings.companies_compatible,
        refusals=findings.refusals,
        steps=[step.stored() for step in three_steps(project, findings)],
    )
    record(project, "diagnose", project.status, project.status, None, diagnosis.get_cause_display())
    restart_step(ChooseAfterDiagnosis, project)
    queue(DiagnosisWritten, diagnosis)
    return diagnosis


@transaction.atomic
def review_quiet(*, project: Project, since: datetime, turn: str) -> bool:
    """The agenda's review of a published project: a diagnosis when no company has shown interest since."""
    if interest_in(project, since):
        return False
    return diagnose(project=project, cause=DiagnosisCause.QUIET, turn=turn) is not None


@transaction.atomic
def explain_later(*, introduction: Introduction) -> bool:
    """A request has ended without an answer. True when its association will be told here, within the minute.

    Written by the worker: the rows above the introduction are held in their order, by nobody who waits.
    """
    if introduction.asked_by_side != Side.ASSOCIATION or _project_of(introduction) is None:
        return False
    start(ExplainEnding, introduction)
    return True


@transaction.atomic
def explain_ending(*, introduction: Introduction) -> None:
    """The diagnosis of the project it was about; failing that, the plain words of the ending."""
    project = _project_of(introduction)
    told = project and diagnose(project=project, cause=DiagnosisCause.RELEASED, introduction=introduction)
    if not told:
        tell_ending(introduction=introduction)


@transaction.atomic
def choose_after(
    *,
    diagnosis: Diagnosis,
    choice: str,
    by: User,
    pause_until: date | None = None,
    question: str = "",
) -> Diagnosis:
    """What comes next, in one choice of four; each does something at once and leaves one dated step.

    The same choice twice is one choice. A pause says its last day, a co-construction its question.
    """
    if choice not in Choice.values:
        raise DomainError("Choisissez l’une des quatre suites proposées.")
    project = _hold(diagnosis.project)
    diagnosis = _hold_diagnosis(diagnosis, project)
    if not policies.can_choose(by, diagnosis):
        raise PermissionDenied
    if diagnosis.choice == choice:
        return diagnosis
    over = why_over(diagnosis)
    if over:
        raise DomainError(over)
    _close(diagnosis, choice, by)
    record(project, "choose", project.status, project.status, by, diagnosis.get_choice_display())
    if choice == Choice.REWRITE:
        restart_step(RewriteProject, project)
    elif choice == Choice.WIDEN:
        restart_step(WidenProject, project)
    elif choice == Choice.CO_BUILD:
        _co_build(project, question, by)
    else:
        _pause(project, pause_until, by)
    return diagnosis


@transaction.atomic
def note_call(*, diagnosis: Diagnosis, note: str, by: User) -> Diagnosis:
    """The team has talked with the association: what was said is kept, and the project is proposed again.

    It is a call to the association, about all that it waits for. The same words twice are one call.
    """
    if not is_staff(by):
        raise PermissionDenied
    project = _hold(diagnosis.project)
    if just_said(project, "call", by=by, note=note):
        return diagnosis
    step = next_step(project)
    if step is None or step.rule != CallAfterDiagnosis.name:
        raise DomainError("Aucun appel n’est attendu pour ce projet.")
    call_association(association=project.association, by=by, note=note)
    # The same words may have been noted a moment ago, about another of its projects.
    follow_call(association=project.association, by=by, note=note)
    diagnosis.refresh_from_db()
    return diagnosis


@transaction.atomic
def follow_call(*, association: Association, by: User, note: str) -> None:
    """The team has called an association: those of its projects that waited for it are proposed again."""
    waiting = FollowUp.objects.steps().filter(rule=CallAfterDiagnosis.name)
    for project in association.projects.published().order_by("pk"):
        if waiting.about([project]).exists():
            record(project, "call", project.status, project.status, by, note)
            settle(project=project)


@transaction.atomic
def settle(*, project: Project) -> None:
    """Something has been done for the project, or nothing is to be: what waited gives its step back."""
    project = _hold(project)
    for waiting in Diagnosis.objects.open().filter(project=project).select_for_update(no_key=True):
        _close(waiting)
    if _waits_for_what_follows(project):
        restart_project_step(project=project)


@transaction.atomic
def settle_found(*, association: Association) -> None:
    """A company has asked or answered: those of its projects that found one wait for nothing else.

    A request that names no project is about them all, as it is when interest is looked for.
    """
    for project in association.projects.published().order_by("pk"):
        if _waits_for_what_follows(project) and interest_came(project):
            settle(project=project)


@transaction.atomic
def settle_widened(*, association: Association) -> None:
    """The profile has changed: those of its projects that were to be widened are."""
    for project in association.projects.published().order_by("pk"):
        step = next_step(project)
        if step is not None and step.rule == WidenProject.name:
            settle(project=project)


def waits_for_choice_or_work(project: Project) -> bool:
    """Whether a project just saved was waiting for that."""
    step = next_step(project)
    return step is not None and step.rule in {rule.name for rule in UNTIL_SAVED}


def _waits_for_what_follows(project: Project) -> bool:
    """Whether a step that follows a diagnosis stands in place of its own."""
    step = next_step(project)
    return step is not None and step.rule in {rule.name for rule in IN_PLACE}


def why_over(diagnosis: Diagnosis) -> str:
    """In French, why there is nothing left to choose; nothing while there is."""
    if diagnosis.choice:
        who = f" par {diagnosis.chosen_by}" if diagnosis.chosen_by else ""
        label = diagnosis.get_choice_display()
        about = f"La suite de «\u202f{diagnosis.project.title}\u202f»"
        return f"{about} est déjà choisie{who}\u00a0: {label[:1].lower()}{label[1:]}."
    if not diagnosis.is_open:
        return "Les choses ont avancé depuis\u00a0: il n’y a plus de suite à choisir pour ce projet."
    return ""


def _project_of(introduction: Introduction) -> Project | None:
    """The project it named; otherwise the one that asks for this kind, the latest published first."""
    association = introduction.association
    if introduction.project is not None:
        return introduction.project if policies.can_be_diagnosed(introduction.project) else None
    proposed = association.projects.proposed().select_related("association__organisation")
    of_kind = proposed.filter(asks__kind=introduction.kind).order_by("-published_at", "pk").first()
    found = of_kind or proposed.order_by("-published_at", "pk").first()
    return found if found is not None and policies.can_be_diagnosed(found) else None


def _co_build(project: Project, question: str, by: User) -> None:
    if Kind.CO_CONSTRUCTION in project.association.refused_kinds:
        raise DomainError(
            "Votre fiche dit que vous refusez la co-construction. Changez-le d’abord dans «\u202fPosition et "
            "intérêt général\u202f», ou choisissez une autre suite."
        )
    if not question.strip():
        raise DomainError("Écrivez la question que vous voulez travailler avec une entreprise.")
    known = project.asks.filter(kind=Kind.CO_CONSTRUCTION).first()
    save_ask(
        project=project,
        by=by,
        kind=Kind.CO_CONSTRUCTION,
        question=question,
        ask_id=known.pk if known else None,
    )
    close(project, ChooseAfterDiagnosis)
    restart_project_step(project=project)


def _pause(project: Project, until: date | None, by: User) -> None:
    if until is None:
        raise DomainError("Choisissez le dernier jour de la pause.")
    pause_project(project=project, until=until, by=by)


def _close(diagnosis: Diagnosis, choice: str = "", by: User | None = None) -> None:
    diagnosis.closed_at = clock.now()
    if choice:
        diagnosis.choice, diagnosis.chosen_by, diagnosis.chosen_at = choice, by, diagnosis.closed_at
    diagnosis.save(update_fields=["closed_at", "choice", "chosen_by", "chosen_at"])


def _hold(project: Project) -> Project:
    """The project as it is now, held until the end with its organisation, which is taken first."""
    locked(project.association.organisation)
    held = Project.objects.select_for_update(of=("self",), no_key=True)
    return get_object_or_404(held.select_related("association__organisation__department"), pk=project.pk)


def _hold_diagnosis(diagnosis: Diagnosis, project: Project) -> Diagnosis:
    rows = Diagnosis.objects.select_for_update(of=("self",), no_key=True)
    held = get_object_or_404(rows, pk=diagnosis.pk)
    held.project = project
    return held
