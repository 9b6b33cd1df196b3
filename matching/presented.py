"""What follows each time an association was presented: when, and what it can do meanwhile, in its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from associations.models import Project
from companies.models import Company
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.ui.figures import short_date
from partnerships.enums import Side
from partnerships.models import Introduction
from partnerships.policies import already_asked
from partnerships.refusals import AfterNo, NextSteps, Refusal, living_projects, next_steps


@dataclass(frozen=True, slots=True)
class Presentation:
    """A suggestion as its association reads it. `may_write`: it waits, the need still takes answers, somebody
    of the company would read, and no « no » of its keeps the association from asking.

    `living`: unless its own answer tells it, the request about the same need, or the partnership that it has
    become. `after_no`: what to do once the company has said no, and nothing has begun since; the date is then
    what `follows`.
    """

    suggestion: Suggestion
    follows: str
    living: Introduction | None
    may_write: bool
    after_no: NextSteps | None

    @property
    def already(self) -> str:
        """What `living` keeps the association from."""
        return already_asked(self.living, Side.ASSOCIATION) if self.living else ""


def presentations(suggestions: Iterable[Suggestion], *, absolute: bool = False) -> list[Presentation]:
    """Of each of these, read with `with_parties`. An introduction tells its own next step.

    The addresses of what to do work in a mail when they are `absolute`.
    """
    shown = list(suggestions)
    declined = [one for one in shown if one.status == SuggestionStatus.DECLINED]
    living = _living([*(one for one in shown if one.is_open), *declined])
    after_no = _after_no([one for one in declined if one.pk not in living], absolute)
    waiting = [one for one in shown if one.is_open and one.need.takes_answers and one.pk not in living]
    refused, listening = _refused(waiting), _listening(waiting)
    return [
        Presentation(
            one,
            _follows(one, after_no.get(one.pk)),
            living.get(one.pk),
            one in waiting and one.company_id in listening and _parties(one) not in refused,
            after_no.get(one.pk),
        )
        for one in shown
    ]


def _living(suggestions: list[Suggestion]) -> dict[UUID, Introduction]:
    """What goes on between the same two about the same need, by suggestion; one query for all."""
    if not suggestions:
        return {}
    found = Introduction.objects.living().filter(
        need__in={one.need_id for one in suggestions},
        association__in={one.association_id for one in suggestions},
    )
    pairs = {(living.need_id, living.association_id): living for living in found}
    known = {one.pk: pairs.get((one.need_id, one.association_id)) for one in suggestions}
    return {key: living for key, living in known.items() if living is not None}


def _parties(suggestion: Suggestion) -> tuple[UUID, UUID]:
    return suggestion.company_id, suggestion.association_id


def _refused(waiting: list[Suggestion]) -> set[tuple[UUID, UUID]]:
    """The companies that said no, each with the association that may not write to it yet."""
    if not waiting:
        return set()
    told = Introduction.objects.filter(
        asked_by_side=Side.ASSOCIATION, association__in={one.association_id for one in waiting}
    )
    held = told.refused_until_after(clock.today()).order_by()
    return set(held.values_list("company_id", "association_id"))


def _listening(waiting: list[Suggestion]) -> set[UUID]:
    """Of their companies, those whose door is open and for which somebody answers."""
    if not waiting:
        return set()
    companies = Company.objects.with_an_open_door().filter(pk__in={one.company_id for one in waiting})
    read = companies.filter(organisation__memberships__user__is_active=True)
    return set(read.order_by().values_list("pk", flat=True))


def _after_no(declined: list[Suggestion], absolute: bool) -> dict[UUID, NextSteps]:
    if not declined:
        return {}
    table = AfterNo(Side.ASSOCIATION)
    projects = living_projects([(one.association_id, one.project) for one in declined])
    return {
        one.pk: next_steps(
            _refusal(one, project, table),
            table.step(one.refusal_reason, one.need.kind),
            absolute=absolute,
        )
        for one, project in zip(declined, projects, strict=True)
    }


def _refusal(suggestion: Suggestion, project: Project | None, table: AfterNo) -> Refusal:
    at, reason, kind = suggestion.answered_at, suggestion.refusal_reason, suggestion.need.kind
    return Refusal(
        told=Side.ASSOCIATION,
        reader=suggestion.association.organisation_id,
        reason=reason,
        association=suggestion.association,
        company=suggestion.company,
        need=suggestion.need,
        project=project,
        retry_on=table.asked_again_on(at, reason, kind) if at else None,
    )


def _follows(suggestion: Suggestion, after_no: NextSteps | None) -> str:
    if suggestion.company.organisation.has_left:
        return ""
    if after_no is not None and after_no.retry_on:
        return f"Votre association {back_on(after_no.retry_on, 'être proposée à cette entreprise')}."
    if suggestion.is_open:
        back = back_on(suggestion.may_return_on, "lui être proposée")
        return f"Rien ne l’oblige à répondre à une suggestion. Sans réponse, votre association {back}."
    return ""


def back_on(day: date, what: str) -> str:
    """From which day this may be done again; to be read after its subject."""
    if day <= clock.today():
        return f"peut de nouveau {what}"
    return f"pourra de nouveau {what} à partir du {short_date(day)}"
