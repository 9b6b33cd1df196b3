"""A record that has left the site is erased: what others did with it stays, without its words and name."""

import logging
import re
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Model, Q, QuerySet, Value, When

from accounts import signals
from accounts.enums import OrganisationEvent
from accounts.models import Claim, Duplicate, Invitation, Membership, Merge, Organisation, User
from accounts.models.organisation import ERASED_KEY
from accounts.operations.naming import erased_trace
from accounts.operations.organisations import locked
from accounts.policies import can_erase
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.mail.retention import forget_about, forget_naming
from mecenova.rehearsal.operations import forget_previews
from mecenova.ui.contractions import OF, TO
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord

logger = logging.getLogger(__name__)

ERASED = "(effacé)"
NAME = "Organisme effacé"
_BETWEEN_WORDS = "[[:space:]\u00a0\u202f]+"


@dataclass
class Erasing:
    """One erasure under way. Rooms call `blank` for what their rows say of the organisation, or for it, and
    `remove` for those that are nothing without it."""

    organisation: Organisation
    by: User
    subjects: dict[ContentType, set[UUID]] = field(default_factory=dict)

    def blank(self, rows: QuerySet[Model], *texts: str, **others: str) -> None:
        """Erase these texts where there are any; `others` take the value given, as their format asks.

        What was noted, planned and sent about these rows is erased with them.
        """
        subject_type = ContentType.objects.get_for_model(rows.model)
        self.subjects.setdefault(subject_type, set()).update(rows.values_list("pk", flat=True))
        rows.update(**{name: _erased(name) for name in texts}, **others)

    def remove(self, rows: QuerySet[Model]) -> None:
        """Delete these rows, and erase what was said about them."""
        self.blank(rows)
        rows.delete()

    def finish(self) -> None:
        self._forget_by_subject()
        self._forget_by_name()
        forget_previews()

    def _forget_by_subject(self) -> None:
        for subject_type, keys in self.subjects.items():
            about = Q(subject_type=subject_type, subject_id__in=keys)
            TransitionRecord.objects.filter(about).exclude(note="").update(note=ERASED)
            FollowUp.objects.filter(about).update(what=_erased("what"), last_error="")
            forget_about(subject_type, keys)

    def _forget_by_name(self) -> None:
        """Told to people about themselves (taken out of its team), or of a slot that is others' since."""
        pattern = as_written(self.organisation.name)
        slots, people = (ContentType.objects.get_for_model(model) for model in (Slot, User))
        FollowUp.objects.filter(subject_type=slots, what__regex=pattern).update(what=ERASED)
        forget_naming(pattern, [slots, people])


def as_written(name: str) -> str:
    """This name, whole, as mails write it: other apostrophes, no-break spaces, the end of a line, and its
    article gone into the word before (« aux Lucioles »)."""
    words = [re.sub("['’]", "['’]", re.escape(word)) for word in name.split()]
    article = words[0].lower() if len(words) > 1 else ""
    if article in TO:
        words[0] = f"({words[0]}|{TO[article]}|{OF[article]})"
    return rf"(^|\W){_BETWEEN_WORDS.join(words)}($|\W)"


def _erased(name: str) -> Case:
    return Case(When(**{name: ""}, then=Value("")), default=Value(ERASED))


@transaction.atomic
def erase_organisation(*, organisation: Organisation, by: User) -> Organisation:
    """Take its name, its words and its team from a record that has left. Erased already: nothing changes.

    Raises DomainError of a record that is still here: it leaves first, and its people are told.
    """
    organisation = locked(organisation)
    if not can_erase(by, organisation):
        raise PermissionDenied
    if not organisation.has_left:
        raise DomainError("Retirez d’abord cette fiche du site\u00a0: son équipe en est prévenue.")
    if organisation.is_erased:
        return organisation
    erasing = Erasing(organisation, by)
    signals.organisation_erased.send(Organisation, erasing=erasing)
    trace = erased_trace(organisation.kind, organisation.name_key, organisation.postal_code)
    erasing.blank(
        Organisation.objects.filter(pk=organisation.pk),
        name=NAME,
        # No file brings it back; the identifier, for a name that was erased before.
        name_key=f"{ERASED_KEY} {trace} {organisation.pk}",
        postal_code="",
        town="",
        website="",
        phone="",
    )
    erasing.blank(Merge.objects.filter(kept=organisation), "gone_name", gone_name_key="", gone_postal_code="")
    Merge.objects.filter(kept=organisation).update(snapshot={})
    erasing.blank(Slot.objects.of_organisation(organisation.pk))
    erasing.blank(SlotRequest.objects.filter(organisation_id=organisation.pk))
    for claim in Claim.objects.waiting().filter(organisation=organisation):
        agenda.close(claim, outcome=Outcome.CANCELLED)
    for model in (Claim, Invitation, Membership):
        erasing.remove(model._base_manager.filter(organisation=organisation))
    Duplicate.objects.about(organisation).delete()
    erasing.finish()
    journal.record(organisation, OrganisationEvent.ERASE, organisation.status, organisation.status, by)
    organisation.refresh_from_db()
    # A backup brings it back: the log says which to erase again.
    transaction.on_commit(lambda: logger.info("Organisation %s erased", organisation.pk))
    return organisation
