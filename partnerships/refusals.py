"""What a « no » leads to for the side that asked: a document, a thing to rewrite, a date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import Organisation
from associations.enums import ProjectStatus
from associations.hints import Hint
from associations.models import Association, Project
from companies.enums import NeedStatus
from companies.models import Company
from infotheque.models import Document
from infotheque.places import REFUSALS, Place, register_place
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.ui.figures import short_date
from partnerships.enums import RefusalReason, Rewrite, Side
from partnerships.models import Introduction, RefusalStep
from partnerships.models.introduction import IntroductionQuerySet

if TYPE_CHECKING:
    from uuid import UUID

    from companies.models import Need

__all__ = [
    "AfterNo",
    "NextSteps",
    "Refusal",
    "living_projects",
    "next_steps",
    "next_steps_after",
    "next_steps_of_each",
    "refusal_hint",
    "step_for",
    "to_ask_again",
]

A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class NextSteps:
    """The three things to do after a « no », as the mail and the page tell them."""

    advice: str
    rewrite: str
    rewrite_url: str
    retry_on: date | None
    library_label: str
    library_url: str
    # Of the label, where it is a title of another language than the site's.
    library_lang: str


def step_for(reason: str, kind: str, asked_by_side: str) -> RefusalStep:
    """What this reason leads to for the side that asked."""
    return AfterNo(asked_by_side).step(reason, kind)


@dataclass(frozen=True)
class Refusal:
    """A « no », to a request or to a suggestion, as the side that reads it needs it (`told`, a Side).

    `project` is the one to be rewritten: `living_projects` finds another when the one presented is closed.
    """

    told: str
    reader: "UUID"
    reason: str
    association: Association
    company: Company
    need: "Need | None"
    project: Project | None
    retry_on: date | None


class AfterNo:
    """What follows each reason that this side can be given, read once for any number of answers."""

    def __init__(self, told: str) -> None:
        self._told = told

    @cached_property
    def _steps(self) -> dict[tuple[str, str], RefusalStep]:
        steps = RefusalStep.objects.for_list().filter(asked_by_side=self._told)
        return {(step.reason, step.kind): step for step in steps}

    def step(self, reason: str, kind: str) -> RefusalStep:
        """Of this kind of support, or of any.

        A need's kind may change after a no whose reason belonged to the former one: then the longest delay.
        """
        of_reason = {known: step for (name, known), step in self._steps.items() if name == reason}
        longest = max(of_reason.values(), key=lambda step: step.retry_after_days)
        return of_reason.get(kind) or of_reason.get("") or longest

    def asked_again_on(self, at: datetime, reason: str, kind: str) -> date:
        """The day from which who said no at this moment may be asked again."""
        return clock.paris(at).date() + timedelta(days=self.step(reason, kind).retry_after_days)


def next_steps_after(introduction: Introduction, *, absolute: bool = False) -> NextSteps | None:
    """What the side that asked can do now; nothing as long as nobody has said no."""
    if not introduction.refusal_reason:
        return None
    ((_, steps),) = next_steps_of_each([introduction], absolute=absolute)
    return steps


def next_steps_of_each(
    declined: Sequence[Introduction], *, absolute: bool = False
) -> list[tuple[Introduction, NextSteps]]:
    """The same for each of these, read with `with_parties`: as many queries for one as for ten."""
    tables = {side: AfterNo(side) for side in {one.asked_by_side for one in declined}}
    projects = living_projects([(one.association_id, one.project) for one in declined])
    return [
        (
            one,
            next_steps(
                _refusal_of(one, project),
                tables[one.asked_by_side].step(one.refusal_reason, one.kind),
                absolute=absolute,
            ),
        )
        for one, project in zip(declined, projects, strict=True)
    ]


def to_ask_again(organisation: Organisation) -> IntroductionQuerySet:
    """What it was told no to, until a month after the day from which it may ask again; unless it has."""
    declined = Introduction.objects.asked_for(organisation).refused_until_after(clock.today() - A_MONTH)
    again = Introduction.objects.filter(
        association=OuterRef("association"),
        company=OuterRef("company"),
        asked_by_side=OuterRef("asked_by_side"),
        created_at__gt=OuterRef("answered_at"),
    )
    return declined.filter(~Exists(again)).with_parties().order_by("-answered_at", "pk")


def refusal_hint(project: Project) -> Hint | None:
    """On a project's page, as long as it is not to be asked again: the last no, what to do, and when."""
    declined = Introduction.objects.refused_until_after(clock.today()).filter(
        project=project, asked_by_side=Side.ASSOCIATION
    )
    found = list(declined.with_parties().order_by("-answered_at", "pk"))
    if not found:
        return None
    last, after_no = next_steps_of_each(found[:1])[0]
    told = (
        f"{last.answering_organisation.name} a répondu non le {short_date(last.answered_at)}\u00a0: "
        f"«\u202f{last.get_refusal_reason_display()}\u202f». {after_no.rewrite} "
        f"Vous pourrez lui redemander à partir du {short_date(last.retry_on)}."
    )
    if len(found) == 1:
        return Hint(told, last.get_absolute_url(), "Voir sa réponse et quoi faire", "Réponse reçue")
    others = "Une autre entreprise a" if len(found) == 2 else f"{len(found) - 1} autres entreprises ont"
    return Hint(
        f"{told} {others} aussi répondu non.",
        reverse("partnerships:introductions"),
        "Voir ces réponses",
        "Réponses reçues",
    )


def next_steps(refusal: Refusal, step: RefusalStep, *, absolute: bool = False) -> NextSteps:
    """The three things, with addresses that work in a mail when they are `absolute`."""
    whole: Callable[[str], str] = absolute_url if absolute else str
    document = step.document if step.document and step.document.is_published else None
    return NextSteps(
        advice=step.advice,
        rewrite=step.rewrite,
        rewrite_url=whole(_where(step.section, refusal)),
        retry_on=refusal.retry_on,
        library_label=_label(document, step),
        library_url=whole(_document_page(document, refusal, absolute) if document else _search(step)),
        library_lang=document.lang if document else "",
    )


def _refusal_of(introduction: Introduction, project: Project | None) -> Refusal:
    return Refusal(
        told=introduction.asked_by_side,
        reader=introduction.asking_organisation.pk,
        reason=introduction.refusal_reason,
        association=introduction.association,
        company=introduction.company,
        need=introduction.need,
        project=project,
        retry_on=introduction.retry_on,
    )


def living_projects(presented: "Sequence[tuple[UUID, Project | None]]") -> list[Project | None]:
    """Of each association and project presented: it, as long as it lives; else the oldest published one."""
    gone = {key for key, project in presented if not _lives(project)}
    published = Project.objects.published().filter(association__in=gone).order_by("-created_at", "-pk")
    oldest = {project.association_id: project for project in published} if gone else {}
    return [project if _lives(project) else oldest.get(key) for key, project in presented]


def _lives(project: Project | None) -> bool:
    return project is not None and project.status != ProjectStatus.CLOSED


def _label(document: Document | None, step: RefusalStep) -> str:
    return document.title if document else f"Ce que l’infothèque dit de «\u202f{step.library_words}\u202f»"


def _document_page(document: Document, refusal: Refusal, is_mail: bool) -> str:
    """From the page, its address says where it was prescribed, and to whom; a mail's link counts nothing."""
    address = document.get_absolute_url()
    if is_mail:
        return address
    read_from = {"prescrit": place_of(refusal.reason), "organisme": refusal.reader}
    return f"{address}?{urlencode(read_from)}"


def place_of(reason: str) -> str:
    """The place of the library's document for this reason."""
    return f"refusal:{reason}"


for _reason in RefusalReason:
    register_place(Place(place_of(_reason), str(_reason.label), REFUSALS, chosen_elsewhere=True))


def _search(step: RefusalStep) -> str:
    """The library's own search, as long as no document has been chosen."""
    return f"{reverse('infotheque:list')}?{urlencode({'q': step.library_words})}"


def _where(section: str, refusal: Refusal) -> str:
    if refusal.told == Side.COMPANY:
        return _where_for_company(section, refusal)
    if section in _SECTIONS:
        return reverse("associations:edit_section", args=[refusal.association.pk, _SECTIONS[section]])
    if refusal.project is None:
        return refusal.association.new_project_url
    page = "project_detail" if section == Rewrite.ASKS else "project_edit"
    return reverse(f"associations:{page}", args=[refusal.project.pk])


def _where_for_company(section: str, refusal: Refusal) -> str:
    """What a company writes of itself is its need, to publish when it has none, or its policy."""
    need = refusal.need
    if section in (Rewrite.PRESENTATION, Rewrite.ASKS):
        if need and need.status != NeedStatus.CLOSED:
            return reverse("companies:need_edit", args=[need.pk])
        return refusal.company.new_need_url
    return reverse("companies:policy", args=[refusal.company.pk])


_SECTIONS: dict[str, str] = {
    Rewrite.MISSION: "mission",
    Rewrite.TERRITORIES: "territoires",
    Rewrite.STANCE: "position",
}
