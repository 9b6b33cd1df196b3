"""News from below, answered in the same transaction."""

from typing import Any

from django.dispatch import receiver

from accounts.operations.merging import Merging
from accounts.signals import organisations_merging
from infotheque.operations.merges import bring_learning_over


@receiver(organisations_merging, dispatch_uid="infotheque.merging")
def learning_follows(*, merging: Merging, **kwargs: Any) -> None:
    bring_learning_over(merging)
