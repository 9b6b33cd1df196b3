"""The journal in words: what happened to a project or to an association, for those who may know."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from mecenova.workflow import journal

IN_WORDS = {
    "project": {
        "create": "brouillon ouvert",
        "publish": "projet publié",
        "close": "projet clos",
    },
    "organisation": {
        "create": "association inscrite",
        "check": "fiche vérifiée par l’équipe",
        "ask_for_changes": "précisions demandées par l’équipe",
        "resubmit": "fiche corrigée et renvoyée",
        "note_call": "appel de l’équipe",
        "leave": "association partie",
    },
}


@dataclass(frozen=True)
class Line:
    verb: str
    at: datetime
    label: str
    by: str
    note: str


def history_of(subject: Model) -> list[Line]:
    """Newest first. Verbs that this room does not tell are left to the room that wrote them."""
    words = IN_WORDS[subject._meta.model_name or ""]
    return [
        Line(record.verb, record.at, words[record.verb], str(record.by or ""), record.note)
        for record in reversed(journal.history(subject))
        if record.verb in words
    ]
