"""The words of the team's pages: what each step does, what each view of the list shows."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from infotheque.enums import DocumentStatus
from infotheque.models import Document
from infotheque.models.document import DocumentQuerySet
from infotheque.operations import hindrance
from infotheque.workflow import DOCUMENT


@dataclass(frozen=True)
class Step:
    """A verb as its button says it, what is said once it is done, and how the button looks."""

    verb: str
    label: str
    done: str
    style: str = "button button-secondary"


STEPS = {
    step.verb: step
    for step in (
        Step("publish", "Publier", "Le document est publié.", "button"),
        Step("submit", "Envoyer en relecture", "Le document attend une deuxième lecture."),
        Step(
            "send_back", "Remettre en brouillon", "Le document est rendu\u00a0: c’est à nouveau un brouillon."
        ),
        Step("verify", "Confirmer\u00a0: il tient toujours", "Le document est confirmé.", "button"),
        Step("doubt", "Marquer à vérifier", "Le document est marqué à vérifier. Il reste lisible."),
        Step("withdraw", "Retirer du site", "Le document est retiré\u00a0: c’est à nouveau un brouillon."),
        Step("take_up", "Reprendre", "Le document est repris\u00a0: c’est à nouveau un brouillon."),
        Step("archive", "Archiver", "Le document est archivé.", "button button-quiet"),
    )
}

HISTORY = {
    "create": "fiche créée",
    "add_version": "nouvelle version",
    "submit": "envoyé en relecture",
    "send_back": "rendu à son auteur",
    "publish": "publié",
    "doubt": "marqué à vérifier",
    "verify": "confirmé",
    "withdraw": "retiré du site",
    "archive": "archivé",
    "take_up": "repris",
}


def step_buttons(document: Document, user: User) -> tuple[list[Step], list[str]]:
    """What this person can do with the document now, the most usual first; and why not the rest."""
    allowed = [step for step in STEPS.values() if DOCUMENT.allows(step.verb, document.status)]
    told = {step: hindrance(verb=step.verb, document=document, by=user) for step in allowed}
    return [step for step in allowed if not told[step]], list(dict.fromkeys(filter(None, told.values())))


@dataclass(frozen=True)
class View:
    """One choice of documents, as the team's list offers it."""

    title: str
    choose: Callable[[DocumentQuerySet], DocumentQuerySet]
    none: str


def _state(status: DocumentStatus, title: str, none: str) -> View:
    return View(title, lambda documents: documents.in_state(status).latest_first(), none)


VIEWS = {
    "": View("Tous", lambda documents: documents.latest_first(), "L’infothèque est vide."),
    "relire": View("À relire", lambda documents: documents.to_review(), "Rien n’est à relire aujourd’hui."),
    "in_review": _state(DocumentStatus.IN_REVIEW, "En relecture", "Rien n’attend une deuxième lecture."),
    "draft": _state(DocumentStatus.DRAFT, "Brouillons", "Aucun brouillon."),
    "published": _state(DocumentStatus.PUBLISHED, "Publiés", "Rien n’est publié."),
    "liens": View("Liens morts", lambda documents: documents.with_dead_link(), "Tous les liens répondent."),
    "archived": _state(DocumentStatus.ARCHIVED, "Archives", "Rien n’est archivé."),
}
