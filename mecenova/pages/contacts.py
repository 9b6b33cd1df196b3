"""When the team, or the site, last spoke to an organisation, and whether somebody is there to be called."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from accounts.enums import OrganisationEvent
from accounts.models import Organisation
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.models import TransitionRecord

# What the team does to a record without a word to anybody.
SILENT = (
    OrganisationEvent.CREATE,
    OrganisationEvent.EDIT,
    OrganisationEvent.MERGE,
    OrganisationEvent.CONFIRM_IDENTITY,
)


@dataclass(frozen=True)
class Contacts:
    """`by_person`: when somebody of the team last answered or called it; `by_mail`: the last mail sent;
    `away`: the absence in which it is today."""

    by_person: datetime | None = None
    by_mail: datetime | None = None
    away: Absence | None = None


def last_mails(user_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When the site last wrote to each of these people; nothing of those to whom it never did."""
    mails = OutgoingMail.objects.sent().filter(recipient__in=set(user_ids))
    return dict(mails.order_by().values_list("recipient").annotate(last=Max("sent_at")))


def last_contacts(organisation_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Contacts]:
    """Of each of these organisations, in three queries."""
    ids = set(organisation_ids)
    acts = TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(Organisation), subject_id__in=ids, by__is_staff=True
    )
    persons = dict(
        acts.exclude(verb__in=SILENT).order_by().values_list("subject_id").annotate(last=Max("at"))
    )
    mails = OutgoingMail.objects.sent().filter(recipient__memberships__organisation__in=ids)
    told = mails.order_by().values_list("recipient__memberships__organisation").annotate(last=Max("sent_at"))
    sent = dict(told)
    days_off = Absence.objects.of_any(ids, ()).on(clock.today()).order_by("last_day")
    away = {absence.organisation_id: absence for absence in days_off}
    return {pk: Contacts(persons.get(pk), sent.get(pk), away.get(pk)) for pk in ids}
