"""What stands between a document and its readers: a text, a summary, a link that answers, a second reader."""

from accounts.models import User
from infotheque.enums import DocumentStatus
from infotheque.models import CurationSettings, Document
from mecenova.workflow.errors import DomainError

SECOND_READER = (
    "Ce document doit être relu par une deuxième personne\u00a0: envoyez-le en relecture, un ou une collègue "
    "le publiera."
)
YOUR_OWN = (
    "Vous avez envoyé ce document en relecture\u00a0: une deuxième personne le lira, puis le publiera ou le "
    "rendra."
)
DEAD_LINK = (
    "Son lien ne répond plus, et il n’a rien d’autre à lire\u00a0: remplacez le lien, ou ajoutez un texte ou "
    "un fichier."
)
NO_SUMMARY = (
    "Son résumé manque\u00a0: écrivez-en un, deux phrases suffisent. C’est ce que montrent les listes, la "
    "recherche et les moteurs."
)


def hindrance(*, verb: str, document: Document, by: User) -> str:
    """Why this person cannot take this step with this document as it is, in words for them; empty: they can.

    Asked by the operation, and by the page before it offers the step.
    """
    if verb not in {"publish", "verify"}:
        return ""
    if not document.leads_somewhere:
        return leads_nowhere(document)
    if document.is_dead_link_alone:
        return DEAD_LINK
    if verb == "publish" and not document.summary.strip():
        return NO_SUMMARY
    if verb == "verify" or not (document.needs_second_reader or CurationSettings.load().needs_second_reader):
        return ""
    if document.status == DocumentStatus.IN_REVIEW and document.submitted_by_id == by.pk:
        return YOUR_OWN
    is_read = document.status == DocumentStatus.IN_REVIEW and document.submitted_by_id is not None
    return "" if is_read else SECOND_READER


def refuse_hindered(verb: str, document: Document, *, by: User) -> None:
    if told := hindrance(verb=verb, document=document, by=by):
        raise DomainError(told)


def leads_nowhere(document: Document) -> str:
    return f"«\u202f{document.title}\u202f» n’a ni texte, ni lien, ni fichier\u00a0: ajoutez l’un des trois."
