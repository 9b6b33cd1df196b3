"""What the team owes, by date: the open steps that staff must take, each with the page where to act."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Claim, Organisation
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock


@dataclass(frozen=True)
class Duty:
    title: str
    what: str
    deadline: datetime
    url: str

    @property
    def is_late(self) -> bool:
        return self.deadline < clock.now()


def duties(*, limit: int) -> list[Duty]:
    """The most pressing first; in a number of queries that does not grow with the list."""
    owed = (
        FollowUp.objects.all().owed_by_staff().order_by("deadline", "pk").prefetch_related("subject")[:limit]
    )
    names = _organisations(owed)
    return [_duty(step, names) for step in owed if step.subject is not None]


def _duty(step: FollowUp, names: dict[Any, Organisation]) -> Duty:
    title = str(names.get(step.subject_id) or step.subject)
    return Duty(title, step.what, step.deadline, _page(step.subject, names))


def _organisations(owed: Any) -> dict[Any, Organisation]:
    """The organisations concerned, with the profiles that have pages of their own."""
    subjects = [step.subject for step in owed]
    keys = {
        subject.pk: subject.organisation_id if isinstance(subject, Claim) else subject.pk
        for subject in subjects
        if isinstance(subject, Claim | Organisation)
    }
    found = Organisation.objects.select_related("association", "company").in_bulk(set(keys.values()))
    return {pk: found[organisation_id] for pk, organisation_id in keys.items()}


def _page(subject: Any, names: dict[Any, Organisation]) -> str:
    if isinstance(subject, Claim):
        return reverse("pages:claim", args=[subject.pk])
    organisation = names.get(subject.pk)
    if organisation is None:
        return str(subject.get_absolute_url())
    profile = getattr(organisation, "association", None) or getattr(organisation, "company", None)
    if organisation.status == OrganisationStatus.CHECKED and profile is not None:
        return str(profile.get_absolute_url())
    return reverse("pages:organisation", args=[organisation.pk])
