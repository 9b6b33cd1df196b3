"""Who of the team does what: shared by number, given again when somebody goes, raised to a lead when late."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count

from mecenova.agenda import notifications
from mecenova.agenda.delays import days_in_words
from mecenova.agenda.enums import Owner
from mecenova.agenda.followups import Escalation, HoldSlot
from mecenova.agenda.models import Absence, FollowUp, FollowUpQuerySet, Slot
from mecenova.agenda.operations.appointments import call_off_unheld, hand_over_slot
from mecenova.agenda.planning import promised_days
from mecenova.agenda.reading import Shown, shown
from mecenova.agenda.rules import personal_rules, rule_named
from mecenova.calendar import clock
from mecenova.calendar.working_days import due_at
from mecenova.locks import hold
from mecenova.mail.addresses import absolute_url
from mecenova.mail.operations import queue
from mecenova.one_by_one import all_at_once, one_by_one
from mecenova.team import is_staff, leads, team
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord

if TYPE_CHECKING:
    from accounts.models import User


SHARING = "agenda.sharing"
ASSIGN, ESCALATE = "assign", "escalate"
# The verbs of the journal that say who was given a step.
GIVEN = (ASSIGN, ESCALATE)


def present() -> "list[User]":
    """The team, without those who are away today."""
    away = Absence.objects.filter(user__isnull=False).on(clock.today())
    return list(team().exclude(pk__in=away.values("user_id")))


def somebody_else(than: Any) -> "User | None":
    """Of those present, whoever holds the fewest steps and is not the person of this key."""
    others = [person for person in present() if person.pk != than]
    return _least_loaded(others, steps_held()) if others else None


def who_leads() -> "list[User]":
    """Who is told what is late: the leads present; on a day when the whole team is away, all its leads."""
    return leads(present() or team())


def share_staff_steps() -> int:
    """Give each step of the team that nobody present holds to whoever holds the fewest. How many moved.

    An appointment of somebody who has left the team moves in a transaction of its own: it holds the
    organisation that booked it, and one transaction takes several by their keys or not at all (ADR 0014).
    """
    owed = FollowUp.objects.all().owed_by_staff()
    moved = _share(owed.exclude(rule=HoldSlot.name))
    left = owed.filter(rule=HoldSlot.name).exclude(assigned_to__in=team().values("pk"))
    keys = list(left.by_promise().values_list("pk", flat=True))
    return moved + sum(one_by_one(lambda key: _share(owed.filter(pk=key)), keys, what="follow-up"))


@transaction.atomic
def _share(owed: FollowUpQuerySet) -> int:
    hold(SHARING)
    here = present()
    if not here:
        return 0
    unheld = owed.exclude(assigned_to__in=here).by_promise()
    rows = list(unheld.only("pk", "rule", "subject_id", "assigned_to_id", "lent_by_id"))
    if not rows:
        return 0
    load, moved, personal = steps_held(), 0, personal_rules()
    members = set(team().values_list("pk", flat=True))
    gone = load.keys() - members
    for row in rows:
        holder = row.assigned_to_id
        # A step that is one person's own waits for that person, unless they have left the team.
        if holder is not None and row.rule in personal and holder not in gone:
            continue
        chosen = _who_takes(row, here, load)
        if chosen is not None:
            away = holder if holder in members else None
            moved += _give(row, chosen, lent_by_id=row.lent_by_id or away)
            load[chosen.pk] += 1
    return moved


@transaction.atomic
def take_back(*, by: "User") -> int:
    """Whoever comes back has again what others were given while they were away. How many steps.

    What somebody has taken on by hand meanwhile stays theirs, and what went to a lead, the lead's.
    """
    if not is_staff(by):
        raise PermissionDenied
    hold(SHARING)
    rows = list(FollowUp.objects.all().lent(by).select_for_update(of=("self",), no_key=True).order_by("pk"))
    for row in rows:
        _hand(row, by, by=by, said=f"Reprise par {by}, de retour.")
    return len(rows)


@transaction.atomic
def escalate_overdue_steps() -> int:
    """Some days after the promised date (`Escalation`), a lead takes the step over. How many were raised.

    What has no lead above its holder among those present stays with them. Whoever took a late step, or was
    given it by hand, has as many days to do it.
    """
    hold(SHARING)
    days = promised_days(Escalation())
    promised = FollowUp.objects.all().owed_by_staff().promised_before(clock.now()).given_by_hand(ASSIGN)
    late = [row for row in promised if _is_for_a_lead(row, days)]
    here = leads(present()) if late else []
    if not here:
        return 0
    keys, load = {lead.pk for lead in here}, steps_held()
    given: dict[User, list[FollowUp]] = defaultdict(list)
    for row in late:
        if row.assigned_to_id not in keys:
            lead = _least_loaded(here, load)
            load[lead.pk] += 1
            given[lead].append(row)
    return sum(_raise_to(lead, rows, days) for lead, rows in given.items())


def _raise_to(lead: "User", rows: Sequence[FollowUp], days: int) -> int:
    """All in one mail. When one raises, they are undone and each goes alone: it stops no other."""
    late = {row.pk: row for row in rows}
    return sum(
        all_at_once(
            lambda keys: [_raise_together(lead, [late[key] for key in keys], days=days)],
            late,
            what="follow-up",
        )
    )


@transaction.atomic
def _raise_together(lead: "User", rows: Sequence[FollowUp], *, days: int) -> int:
    """These late steps are the lead's from now on, who is written to. How many were still to be given.

    An appointment is late once its hour has passed: its step moves, and nothing else.
    """
    said = f"Confiée à {lead}, {days_in_words(days)} après la date promise."
    lines = [
        (row, journal.record(row, ESCALATE, row.outcome, row.outcome, None, said))
        for row in rows
        if _give(row, lead)
    ]
    told = {name for name in {row.rule for row, _ in lines} if _already_told(name, lead)}
    news = [line for line in lines if line[0].rule not in told]
    if news:
        former = team().in_bulk({row.assigned_to_id for row, _ in news if row.assigned_to_id})
        steps = [_told(line, former.get(line.row.assigned_to_id)) for line in shown([row for row, _ in news])]
        # One mail for each batch, several in a day: its first line of the journal names it.
        queue(
            notifications.StepsEscalated,
            lead,
            occurrence=str(news[0][1].pk),
            context={"steps": steps, "late_by": days_in_words(days)},
        )
    return len(lines)


@transaction.atomic
def assign(*, follow_up: FollowUp, to: "User", by: "User | None") -> FollowUp:
    """A person of the team gives a step of the team to somebody of it."""
    if by is not None and not is_staff(by):
        raise PermissionDenied
    appointment = _appointment_of(follow_up)
    if appointment is not None and is_staff(to):
        hand_over_slot(slot=appointment, to=to, by=by)
    row = FollowUp.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.pk)
    if not row.is_open or row.owner != Owner.STAFF:
        raise DomainError("Cette étape n’est plus à la charge de l’équipe.")
    if not is_staff(to):
        raise DomainError("Choisissez une personne de l’équipe.")
    if row.assigned_to_id == to.pk:
        return row
    line = _hand(row, to, by=by, said=f"Confiée à {to}.")
    if appointment is None and by is not None and by != to:
        _tell_given(row, to, by, str(line.pk))
    return row


def _hand(row: FollowUp, to: "User", *, by: "User | None", said: str) -> TransitionRecord:
    row.assigned_to, row.lent_by = to, None
    row.save(update_fields=["assigned_to", "lent_by"])
    return journal.record(row, ASSIGN, row.outcome, row.outcome, by, said)


def _tell_given(row: FollowUp, to: "User", by: "User", turn: str) -> None:
    """Of an appointment still to come, the mail with its hour has told them."""
    dated = FollowUp.objects.all().by_promise().get(pk=row.pk)
    (line,) = shown([dated])
    context = {"by": by, "step": _told(line, None)}
    queue(notifications.StepGiven, to, occurrence=f"{row.pk}/{turn}", context=context)


def _is_for_a_lead(row: Any, days: int) -> bool:
    """So many days have passed since the promise, and since somebody took it or was given it by hand."""
    since = max(filter(None, (row.promised_at, row.given_at)))
    return due_at(since, days) <= clock.now()


def _already_told(name: str, lead: "User") -> bool:
    rule = rule_named(name)
    return rule is not None and rule.already_told(lead)


def _told(line: Shown, former: "User | None") -> dict[str, Any]:
    """A late step as its new holder reads it: whom it is about, where to act, since when, who had it."""
    return {
        "subject": line.subject,
        "url": absolute_url(line.url) if line.url else "",
        "what": line.row.what,
        "promised_at": line.row.promised_at,
        "held_by": former,
    }


def steps_held() -> "Counter[Any]":
    """How many open steps each person of the team holds."""
    owed = FollowUp.objects.all().owed_by_staff().filter(assigned_to__isnull=False).order_by()
    return Counter(dict(owed.values_list("assigned_to").annotate(number=Count("pk"))))


def _least_loaded(people: "Sequence[User]", load: "Counter[Any]") -> "User":
    return min(people, key=lambda person: load[person.pk])


def _who_takes(row: FollowUp, people: "Sequence[User]", load: "Counter[Any]") -> "User | None":
    """Whoever holds the fewest; of an appointment, who can be there. Where nobody can, it is called off."""
    slot = _appointment_of(row)
    if slot is None:
        return _least_loaded(people, load)
    for person in sorted(people, key=lambda person: load[person.pk]):
        try:
            hand_over_slot(slot=slot, to=person, by=None)
        except DomainError:
            continue
        return person
    call_off_unheld(slot=slot)
    return None


def _appointment_of(row: FollowUp) -> Slot | None:
    """What moves with the step, as long as its hour has not come."""
    if row.rule != HoldSlot.name:
        return None
    return Slot.objects.ahead().filter(pk=row.subject_id).first()


def _give(row: FollowUp, to: "User", *, lent_by_id: Any = None) -> int:
    """Unless somebody was given it meanwhile, or it was closed."""
    rows = FollowUp.objects.open().filter(pk=row.pk, assigned_to=row.assigned_to_id)
    return rows.update(assigned_to=to, lent_by_id=None if lent_by_id == to.pk else lent_by_id)
