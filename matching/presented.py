"""What follows each time an association was presented: when, and what it can do meanwhile, in its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from matching.enums import SuggestionStatus
from matching.ledger import asked_again_on, delays_after_no
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.ui.figures import short_date


@dataclass(frozen=True, slots=True)
class Presentation:
    """A suggestion as its association reads it. `may_write`: it waits, and the need still takes answers."""

    suggestion: Suggestion
    follows: str
    may_write: bool


def presentations(suggestions: Iterable[Suggestion]) -> list[Presentation]:
    """Of each of these, read with `with_parties`. An introduction tells its own next step."""
    delays = delays_after_no()
    return [
        Presentation(one, _follows(one, delays), one.is_open and one.need.takes_answers)
        for one in suggestions
    ]


def _follows(suggestion: Suggestion, delays: dict[tuple[str, str], int]) -> str:
    if suggestion.introduction is not None:
        return ""
    if suggestion.is_open:
        back = _back_on(suggestion.may_return_on, "lui être proposée")
        return f"Rien ne l’oblige à répondre à une suggestion. Sans réponse, votre association {back}."
    if suggestion.status == SuggestionStatus.DECLINED and suggestion.answered_at:
        on = asked_again_on(suggestion.answered_at, suggestion.refusal_reason, suggestion.need.kind, delays)
        return f"Votre association {_back_on(on, 'être proposée à cette entreprise')}."
    return ""


def _back_on(day: date, what: str) -> str:
    if day <= clock.today():
        return f"peut de nouveau {what}"
    return f"pourra de nouveau {what} à partir du {short_date(day)}"
