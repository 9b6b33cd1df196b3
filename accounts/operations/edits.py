"""What the team writes in an organisation's place: its people read in its history that it did, and where."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model, QuerySet
from django.forms.models import model_to_dict

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from accounts.policies import is_member
from mecenova.team import is_staff
from mecenova.workflow import journal


@contextmanager
def edit_told(
    organisation: Organisation, *rows: QuerySet[Any], by: User | None, of: Model | None = None
) -> Iterator[None]:
    """Write in this block what these rows say of an organisation that is held, or `of` a thing of its own.

    Where the team changed something, a line of its journal names the fields, and never what they hold. What
    its own people or the platform write leaves none.
    """
    if by is None or not is_staff(by) or is_member(by, organisation):
        yield
        return
    before = _said(rows)
    yield
    after = _said(rows)
    # One added or taken away is named as a whole.
    changed = {
        key[-1] if key in before and key in after else key[0]: None
        for key in before | after
        if before.get(key) != after.get(key)
    }
    if changed:
        subject: Any = organisation if of is None else of
        status = subject.status
        journal.record(subject, OrganisationEvent.EDIT, status, status, by, ", ".join(changed))


def _said(rows: tuple[QuerySet[Any], ...]) -> dict[tuple[str, Any, str], Any]:
    """By the names that the screen gives a record and each field of it: what it holds now."""
    return {
        (
            str(record._meta.verbose_name),
            record.pk,
            str(record._meta.get_field(name).verbose_name),
        ): _plain(value)
        for each in rows
        for record in each.all()
        for name, value in model_to_dict(record).items()
    }


def _plain(value: Any) -> Any:
    """Entries chosen in a list are in no order."""
    return (
        {each.pk if isinstance(each, Model) else each for each in value} if isinstance(value, list) else value
    )
