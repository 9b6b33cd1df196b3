"""What accounts keep of people, and for how long: the privacy page tells these very delays.

Three years without any act of the person's own, with a notice before, is what the CNIL recommends
(« Gestion commerciale » guidelines, 2022); for members the team may set it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from accounts.models import User
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import RuleDelay
from mecenova.agenda.planning import days_in_force, delays_of
from mecenova.agenda.rules import Delay, register_delay
from mecenova.calendar import clock
from mecenova.workflow.models import TransitionRecord

# A sign-up whose address was never confirmed: the code was valid a quarter of an hour.
UNCONFIRMED_ARE_KEPT = timedelta(days=30)
# After its last day, an invitation of somebody who never came.
INVITATIONS_ARE_KEPT = timedelta(days=30)
# After the decision, what somebody wrote to prove that they belong to an organisation.
PROOFS_ARE_KEPT = timedelta(days=365)
# Before any mail.
BEGINNING = datetime(2009, 1, 1, tzinfo=UTC)
# Between the mail that says so and the closing, whatever the table says.
NOTICE = timedelta(days=30)


@register_delay
class DormantAccount(Delay):
    """Counted from the person's last own act: on the first day they are told, on the second it is closed."""

    name = "accounts.dormant_account"
    title = "Prévenir une personne qui n’a rien fait depuis longtemps, puis fermer son compte"
    owner = Owner.PLATFORM
    days = (1005, 1095)
    # « 5 » for « 1005 » would tell everybody that their account is about to close.
    shortest = 365


_ACTS = TransitionRecord.objects.filter(by=OuterRef("pk")).order_by().values("by").values(last=Max("at"))
_LAST_ACT = Greatest(F("date_joined"), F("last_login"), Subquery(_ACTS))


def dormant_days() -> tuple[int, int]:
    """After how many days a person is told, and the account closed, as the team has set them."""
    decided = delays_of(DormantAccount())
    warned, closed = (days_in_force(DormantAccount(), day, decided) for day in DormantAccount.days)
    return warned, closed


def closings_told() -> list[tuple[datetime, int]]:
    """Since when people have been told that their account closes, and after how many days; oldest first."""
    _, closing = DormantAccount.days
    decided = RuleDelay.objects.decided([DormantAccount.name])[DormantAccount.name]
    return [(BEGINNING, closing), *((moment, days) for moment, day, days in decided if day == closing)]


def dormant_since(moment: datetime) -> QuerySet[Any]:
    """Open accounts whose person has done nothing of their own since then; `last_act` says until when.

    An act is to log in, or to change the state of anything, by a link of a mail too; to open a mail is none.
    """
    here = User.objects.filter(is_active=True, is_staff=False, date_joined__lt=moment)
    here = here.exclude(last_login__gte=moment)
    return here.annotate(last_act=_LAST_ACT).filter(last_act__lt=moment)


def is_dormant(person: User) -> bool:
    """Whether a person is to be told today that their account will close."""
    warned, _ = dormant_days()
    return dormant_since(clock.now() - timedelta(days=warned)).filter(pk=person.pk).exists()


def last_act_of(person: User) -> datetime:
    moment: datetime = User.objects.filter(pk=person.pk).values_list(_LAST_ACT, flat=True).get()
    return moment


def closes_at(last_act: datetime) -> datetime:
    """When an account left since then is closed, told today."""
    _, closed = dormant_days()
    return max(last_act + timedelta(days=closed), clock.now() + NOTICE)
