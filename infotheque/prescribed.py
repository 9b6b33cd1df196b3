"""The next step of a page, with what the team prescribes to read for it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from accounts.models import Organisation, User
from accounts.policies import is_member
from infotheque.models import Prescription
from mecenova.agenda.enums import Owner
from mecenova.agenda.operations import next_step


def step_values(reader: User | AnonymousUser, organisation: Organisation, subject: Model) -> dict[str, Any]:
    """For a page of this organisation: whether the reader is one of those who owe it, and what to read."""
    step = next_step(subject)
    owed = step is not None and step.owner == Owner.ORGANISATION
    mine = owed and is_member(reader, organisation)
    return {
        "step": step,
        "step_is_mine": mine,
        "step_who": organisation.name if owed else "",
        "to_read": Prescription.objects.to_read(organisation.pk, steps=[step] if mine else []),
    }
