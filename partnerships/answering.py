"""One answer, from the page or from a mail's link, to the one operation it stands for."""

from typing import TYPE_CHECKING, Any

from partnerships import operations
from partnerships.forms import AnswerForm
from partnerships.models import Introduction

if TYPE_CHECKING:
    from accounts.models import User


def give_answer(introduction: Introduction, answer: dict[str, Any], *, by: "User") -> str:
    """Apply a valid AnswerForm's data; returns what to tell the person. Raises DomainError."""
    if answer["answer"] == AnswerForm.YES:
        operations.accept_introduction(introduction=introduction, by=by, note=answer["note"])
        return "Merci\u00a0! La réponse est transmise, et une page de partenariat est ouverte pour vous deux."
    if answer["answer"] == AnswerForm.LATER:
        operations.postpone_introduction(
            introduction=introduction, later_on=answer["later_on"], by=by, note=answer["note"]
        )
        return f"C’est noté\u00a0: la question vous sera reposée le {answer['later_on']:%d/%m/%Y}."
    operations.decline_introduction(
        introduction=introduction, reason=answer["reason"], by=by, note=answer["note"]
    )
    return "Merci pour cette réponse claire. Elle est transmise avec sa raison."
