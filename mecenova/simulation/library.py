"""A library with one text, which every refusal leads to: which one changes nobody's waiting."""

from accounts.models import User
from infotheque.enums import DocumentKind
from infotheque.operations import create_document, publish_document
from partnerships.models import RefusalStep
from partnerships.operations import edit_refusal_step


def open_library(*, by: User) -> None:
    document = create_document(
        by=by,
        title="Lire un refus",
        summary="Ce qu’un non veut dire, et par où recommencer.",
        body="Une raison dite est un début de conseil.",
        kind=DocumentKind.GUIDE,
        publisher="IMS",
    )
    document = publish_document(document=document, by=by)
    for step in RefusalStep.objects.for_list():
        edit_refusal_step(step=step, by=by, document=document)
