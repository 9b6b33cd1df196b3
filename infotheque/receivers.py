"""News that this room answers: from accounts below, from its own operations and follow-ups."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.operations.erasing import Erasing
from accounts.operations.merging import Merging
from accounts.signals import organisation_erased, organisations_merging
from infotheque.models import Document, Progress
from infotheque.operations import doubt_document
from infotheque.operations.merges import bring_learning_over
from infotheque.signals import files_deposited, review_due
from infotheque.tasks import read_deposits
from mecenova.mail.wake import send_quickly

REVIEW_NOTE = "sa date de relecture est arrivée"


@receiver(organisations_merging)
def learning_follows(*, merging: Merging, **kwargs: Any) -> None:
    bring_learning_over(merging=merging)


@receiver(organisation_erased)
def its_answers_are_erased(*, erasing: Erasing, **kwargs: Any) -> None:
    erasing.remove(Progress.objects.filter(organisation=erasing.organisation))


@receiver(files_deposited)
def wake_the_reader(sender: Any, **kwargs: Any) -> None:
    """Nothing depends on it: beat looks every minute."""
    transaction.on_commit(lambda: send_quickly(read_deposits))


@receiver(review_due)
def doubt_what_is_due(sender: Any, document: Document, **kwargs: Any) -> None:
    doubt_document(document=document, by=None, note=REVIEW_NOTE)
