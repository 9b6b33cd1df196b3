"""What a « no » leads to for the side that asked: a document, a thing to rewrite, a date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from associations.enums import ProjectStatus
from associations.models import Project
from companies.enums import NeedStatus
from infotheque.models import Document
from infotheque.places import REFUSALS, Place, register_place
from mecenova.mail.addresses import absolute_url
from partnerships.enums import RefusalReason, Rewrite, Side
from partnerships.models import Introduction, RefusalStep

__all__ = ["NextSteps", "next_steps_after", "step_for"]


@dataclass(frozen=True)
class NextSteps:
    """The three things to do after a « no », as the mail and the page tell them."""

    advice: str
    rewrite: str
    rewrite_url: str
    retry_on: date | None
    library_label: str
    library_url: str


def step_for(reason: str, kind: str, asked_by_side: str) -> RefusalStep:
    """What this reason leads to for the side that asked: the step of this kind of support, or that of any.

    Raises LookupError when there is none: each reason that `reasons_for` gives has one.
    """
    steps = RefusalStep.objects.for_list().filter(asked_by_side=asked_by_side, reason=reason)
    found = steps.filter(kind__in=(kind, "")).order_by("-kind").first()
    if found is None:
        raise LookupError(f"No step follows the reason {reason} for {kind}, asked by {asked_by_side}")
    return found


def next_steps_after(introduction: Introduction, *, absolute: bool = False) -> NextSteps | None:
    """What the side that asked can do now; nothing as long as nobody has said no."""
    if not introduction.refusal_reason:
        return None
    step = step_for(introduction.refusal_reason, introduction.kind, introduction.asked_by_side)
    whole: Callable[[str], str] = absolute_url if absolute else str
    document = step.document if step.document and step.document.is_published else None
    return NextSteps(
        advice=step.advice,
        rewrite=step.rewrite,
        rewrite_url=whole(_where(step.section, introduction)),
        retry_on=introduction.retry_on,
        library_label=_label(document, step),
        library_url=whole(
            _document_page(document, step, introduction, absolute) if document else _search(step)
        ),
    )


def _label(document: Document | None, step: RefusalStep) -> str:
    return document.title if document else f"Ce que l’infothèque dit de «\u202f{step.library_words}\u202f»"


def _document_page(document: Document, step: RefusalStep, introduction: Introduction, is_mail: bool) -> str:
    """From the page, its address says where it was prescribed, and to whom; a mail's link counts nothing."""
    address = document.get_absolute_url()
    if is_mail:
        return address
    asked_by = (
        introduction.association if introduction.asked_by_side == Side.ASSOCIATION else introduction.company
    )
    read_from = {"prescrit": place_of(step.reason), "organisme": asked_by.organisation_id}
    return f"{address}?{urlencode(read_from)}"


def place_of(reason: str) -> str:
    """The place of the library's document for this reason."""
    return f"refusal:{reason}"


for _reason in RefusalReason:
    register_place(Place(place_of(_reason), str(_reason.label), REFUSALS, chosen_elsewhere=True))


def _search(step: RefusalStep) -> str:
    """The library's own search, as long as no document has been chosen."""
    return f"{reverse('infotheque:list')}?{urlencode({'q': step.library_words})}"


def _where(section: str, introduction: Introduction) -> str:
    if introduction.asked_by_side == Side.COMPANY:
        return _where_for_company(section, introduction)
    if section in _SECTIONS:
        return reverse("associations:edit_section", args=[introduction.association_id, _SECTIONS[section]])
    project = _project(introduction)
    if project is None:
        return reverse("associations:project_create")
    page = "project_detail" if section == Rewrite.ASKS else "project_edit"
    return reverse(f"associations:{page}", args=[project.pk])


def _project(introduction: Introduction) -> Project | None:
    """The one that was presented, as long as it lives; else the oldest that is published."""
    own = introduction.project
    if own is not None and own.status != ProjectStatus.CLOSED:
        return own
    published = Project.objects.published().filter(association=introduction.association_id)
    return published.order_by("created_at", "pk").first()


def _where_for_company(section: str, introduction: Introduction) -> str:
    """What a company writes of itself is its need, to publish when it has none, or its policy."""
    need = introduction.need
    if section in (Rewrite.PRESENTATION, Rewrite.ASKS):
        if need and need.status != NeedStatus.CLOSED:
            return reverse("companies:need_edit", args=[need.pk])
        return reverse("companies:need_create")
    return reverse("companies:policy", args=[introduction.company_id])


_SECTIONS: dict[str, str] = {
    Rewrite.MISSION: "mission",
    Rewrite.TERRITORIES: "territoires",
    Rewrite.STANCE: "position",
}
