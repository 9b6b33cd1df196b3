"""A checked record that is called otherwise, or bears another number: is it still the same organisation?"""

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import policies
from accounts.enums import OrganisationEvent, OrganisationStatus
from accounts.models import Organisation, User
from accounts.operations.organisations import locked
from mecenova.workflow import journal
from mecenova.workflow.models import TransitionRecord


def organisations_to_recognise() -> "QuerySet[Organisation]":
    """Checked, and called otherwise by their own people since somebody looked.

    `changed_at` is the last time, `changed` says in words each change since that look.
    """
    lines = TransitionRecord.objects.filter(subject_type=ContentType.objects.get_for_model(Organisation))
    changes = lines.filter(verb=OrganisationEvent.CHANGE_IDENTITY)
    looks = lines.filter(verb__in=(OrganisationEvent.CONFIRM_IDENTITY, OrganisationEvent.CHECK))
    return (
        Organisation.objects.filter(status=OrganisationStatus.CHECKED, pk__in=changes.values("subject_id"))
        .annotate(changed_at=_latest(changes), looked_at=_latest(looks))
        .annotate(changed=_said_since_look(changes))
        .filter(Q(looked_at__isnull=True) | Q(looked_at__lt=F("changed_at")))
    )


@transaction.atomic
def confirm_identity(*, organisation: Organisation, by: User) -> Organisation:
    """Somebody of the team has looked: it is the organisation that was checked. Twice is once."""
    organisation = locked(organisation)
    if not policies.can_check(by, organisation):
        raise PermissionDenied
    if organisations_to_recognise().filter(pk=organisation.pk).exists():
        status = organisation.status
        journal.record(organisation, OrganisationEvent.CONFIRM_IDENTITY, status, status, by)
    return organisation


def _latest(lines: "QuerySet[TransitionRecord]") -> Subquery:
    return Subquery(lines.filter(subject_id=OuterRef("pk")).order_by("-at").values("at")[:1])


def _said_since_look(changes: "QuerySet[TransitionRecord]") -> Subquery:
    began = Coalesce(OuterRef("looked_at"), OuterRef("created_at"))
    since = changes.filter(subject_id=OuterRef("pk"), at__gt=began).order_by().values("subject_id")
    return Subquery(since.annotate(said=StringAgg("note", " ", order_by=("at", "pk"))).values("said"))
