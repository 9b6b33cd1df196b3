"""The team edits what follows a « no »; who changed what, and when, is kept."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from infotheque.models import Document
from mecenova.workflow.errors import DomainError
from partnerships import policies
from partnerships.models import RefusalStep, RefusalStepChange

if TYPE_CHECKING:
    from accounts.models import User

EDITABLE = ("advice", "rewrite", "section", "retry_after_days", "document", "library_words")


@transaction.atomic
def edit_refusal_step(*, step: RefusalStep, by: "User", **changes: Any) -> list[RefusalStepChange]:
    """Write what changed, and one line for each; the dates already given to people stay theirs."""
    if not policies.can_edit_refusal_steps(by):
        raise PermissionDenied
    if unknown := changes.keys() - set(EDITABLE):
        raise ValueError(f"Not for editing: {sorted(unknown)}")
    step = RefusalStep.objects.select_for_update(no_key=True).get(pk=step.pk)
    before = {field: getattr(step, field) for field in changes}
    for field, value in changes.items():
        setattr(step, field, value)
    changed = [field for field in EDITABLE if field in changes and changes[field] != before[field]]
    if not changed:
        return []
    try:
        step.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    step.save(update_fields=changed)
    return RefusalStepChange.objects.bulk_create(
        RefusalStepChange(
            step=step, field=field, before=_said(before[field]), after=_said(changes[field]), by=by
        )
        for field in changed
    )


def _said(value: Any) -> str:
    return value.title if isinstance(value, Document) else "" if value is None else str(value)
