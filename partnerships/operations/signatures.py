"""Whether it is signed, and on which dates: said, corrected, contested, and settled by the team."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.ui.figures import short_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance, record
from partnerships import policies
from partnerships.followups import DecideTogether, SettleSignature
from partnerships.models import Partnership
from partnerships.notifications import (
    PartnershipAgreed,
    SignatureContested,
    SignatureCorrected,
    SignatureSettled,
)
from partnerships.operations.agreements import await_term, check_end, lock_to_manage, until
from partnerships.operations.partnerships import lock_partnership
from partnerships.operations.talks import ask_again
from partnerships.workflow import PARTNERSHIP

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def agree_partnership(
    *, partnership: Partnership, signed_on: date, ends_on: date | None, by: "User"
) -> Partnership:
    """« C’est signé »: said by a manager of one party, recorded with their name, told to the others."""
    return _agree(lock_to_manage(partnership, by=by), signed_on, ends_on, by)


def _agree(partnership: Partnership, signed_on: date, ends_on: date | None, by: "User") -> Partnership:
    _check_dates(partnership, signed_on, ends_on)
    note = f"Signé le {short_date(signed_on)}, {until(ends_on)}"
    line = advance(
        partnership,
        PARTNERSHIP,
        "agree",
        by=by,
        note=note,
        agreed_at=clock.now(),
        signed_on=signed_on,
        ends_on=ends_on,
        disagreement_at=None,
        contested_at=None,
    )
    await_term(partnership)
    mail.queue(PartnershipAgreed, partnership, occurrence=str(line.pk))
    return partnership


@transaction.atomic
def correct_signature(
    *, partnership: Partnership, signed_on: date, ends_on: date | None, by: "User"
) -> Partnership:
    """The dates said are not the right ones: a manager of either party writes the right ones."""
    partnership = lock_to_manage(partnership, by=by)
    _check_dates(partnership, signed_on, ends_on)
    if (signed_on, ends_on) == (partnership.signed_on, partnership.ends_on):
        return partnership
    if why := policies.why_not_again(partnership, "correct_signature", by):
        raise DomainError(why)
    line = advance(
        partnership,
        PARTNERSHIP,
        "correct_signature",
        by=by,
        note=f"Signé le {short_date(signed_on)}, {until(ends_on)}",
        signed_on=signed_on,
        ends_on=ends_on,
    )
    await_term(partnership)
    mail.queue(SignatureCorrected, partnership, occurrence=str(line.pk))
    return partnership


@transaction.atomic
def contest_signature(*, partnership: Partnership, note: str, by: "User") -> Partnership:
    """« Non, pas encore »: the side that did not say it is signed says it is not. The team asks both.

    It is in discussion again, until the team has heard both, or it is said signed anew, or given up. Whether
    they talked is asked again after that, when nobody had said so.
    """
    partnership = lock_partnership(partnership)
    if not policies.can_manage_partnership(by, partnership):
        raise PermissionDenied
    if not policies.can_contest_signature(by, partnership):
        raise DomainError("Cette signature ne se conteste pas, ou plus.")
    line = advance(
        partnership,
        PARTNERSHIP,
        "contest_signature",
        by=by,
        note=note,
        agreed_at=None,
        signed_on=None,
        ends_on=None,
        contested_at=clock.now(),
    )
    agenda.close(partnership)
    agenda.start(SettleSignature, partnership)
    mail.queue(SignatureContested, partnership, occurrence=str(line.pk))
    return partnership


@transaction.atomic
def settle_signature(
    *, partnership: Partnership, signed_on: date | None, ends_on: date | None, by: "User", note: str
) -> Partnership:
    """A person of the team has asked both sides, and writes what is true: signed on this day, or not yet
    (None). Who settled, and why, is kept; both sides are told."""
    partnership = lock_partnership(partnership)
    if not policies.can_settle_partnership(by, partnership):
        raise PermissionDenied
    if partnership.contested_at is None:
        raise DomainError("Il n’y a plus de désaccord à trancher.")
    line = record(partnership, "settle", partnership.status, partnership.status, by, note)
    if signed_on is not None:
        return _agree(partnership, signed_on, ends_on, by)
    partnership.contested_at = None
    partnership.save(update_fields=["contested_at"])
    if partnership.talked_at is None:
        ask_again(partnership, since=clock.now())
    else:
        agenda.close(partnership)
        agenda.start(DecideTogether, partnership)
    mail.queue(SignatureSettled, partnership, occurrence=str(line.pk))
    return partnership


def _check_dates(partnership: Partnership, signed_on: date, ends_on: date | None) -> None:
    if why := policies.why_not_signed_on(partnership, signed_on):
        raise DomainError(why)
    check_end(ends_on, signed_on)
