"""The figures of a year, read from the rows it left. A silence ends with news only, never with a mail."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Model

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation
from associations.models import Association, Project
from matching.models import Suggestion
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.calendar.working_days import next_working_morning
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.pages.promises import kept, unattended
from mecenova.simulation.figures import (
    Figures,
    Promise,
    Requests,
    Spread,
    longest_silence,
    middle,
    percentile,
    spread,
)
from mecenova.simulation.network import Plan
from mecenova.simulation.year import Year
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import Side
from partnerships.models import Introduction, Partnership

# What a person of the team does, by the verbs of the journal.
HUMAN = ("check", "ask_for_changes", "call", "contact", "settle")
# Mails that say a new date: with them somebody knows until when to wait.
NEW_DATE = ("accounts.check_delayed", "partnerships.introduction_queued")
WEEK = timedelta(days=7)


def figures_of(year: Year) -> Figures:
    """Read at the year's last moment."""
    plan = year.plan
    end = clock.midnight(plan.end)
    with clock.frozen(end):
        period = plan.start, plan.end - timedelta(days=1)
        promises = tuple(
            Promise(found.number, found.title, found.kept, found.broken, found.detail)
            for found in kept(*period)
        )
        lacking = year.attention.explain(unattended(*period))
    mails = _mails_by_week(end)
    silences = _silences(year, end)
    welcomes, checks, shown = _first_answers()
    hours = [minutes / 60 for minutes in year.staff.minutes.values()]
    partnerships = Partnership.objects.all()
    return Figures(
        silence_longest=max(silences, default=0.0),
        silence_p95=percentile(silences, 0.95),
        silence_median=middle(silences) or 0.0,
        requests=requests_settled(end),
        presentations=_presentations(),
        mails_mean=sum(mails) / len(mails) if mails else 0.0,
        mails_p95=percentile(mails, 0.95),
        mails_most=int(max(mails, default=0)),
        welcome_minutes=middle(welcomes),
        check_days=middle(checks),
        presentation_days=middle(shown),
        staff_hours_mean=sum(hours) / len(hours) if hours else 0.0,
        staff_hours_most=max(hours, default=0.0),
        partnerships=partnerships.count(),
        signed=partnerships.filter(signed_on__isnull=False).count(),
        promises=promises,
        unattended=lacking,
        nights_without_step=len(year.nights_without_step),
    )


def _silences(year: Year, end: datetime) -> list[float]:
    """Of each association that is not an expert only: it is consulted, never chased."""
    plan: Plan = year.plan
    news = _news()
    found = []
    plans = {association.key: association for association in plan.associations}
    for association in Association.objects.select_related("organisation"):
        drawn, organisation = plans[association.pk], association.organisation
        if drawn.expert:
            continue
        away = []
        if drawn.pause is not None:
            over = drawn.pause.last + timedelta(days=1)
            away.append((clock.midnight(drawn.pause.first), clock.midnight(over)))
        until = organisation.left_at or end
        found.append(longest_silence(organisation.created_at, until, news[organisation.pk], away))
    return found


def _news() -> dict[UUID, list[datetime]]:
    """By association's organisation: presented, seen, answered, called, or told a new date."""
    found: dict[UUID, list[datetime]] = defaultdict(list)

    def add(organisation: UUID, *moments: datetime | None) -> None:
        found[organisation].extend(moment for moment in moments if moment is not None)

    suggested = Suggestion.objects.order_by().values_list(
        "association__organisation", "presented_at", "seen_at", "answered_at"
    )
    for organisation, *moments in suggested:
        add(organisation, *moments)
    for asked in Introduction.objects.order_by().select_related("association"):
        own = asked.asked_by_side == Side.ASSOCIATION
        sent = None if own and asked.requested_at == asked.created_at else asked.requested_at
        answer = asked.answered_at if own else None
        add(
            asked.association.organisation_id, sent, asked.seen_at if own else None, answer, asked.released_at
        )
    owner_of: dict[UUID, UUID] = dict(Project.objects.values_list("pk", "association__organisation"))
    owner_of |= dict(Introduction.objects.values_list("pk", "association__organisation"))
    owner_of |= dict(
        Partnership.objects.filter(introduction__isnull=False).values_list(
            "pk", "introduction__association__organisation"
        )
    )
    for subject, at in TransitionRecord.objects.filter(verb__in=HUMAN).values_list("subject_id", "at"):
        add(owner_of.get(subject, subject), at)
    of_partnerships = TransitionRecord.objects.filter(subject_type=_type(Partnership)).exclude(by=None)
    for subject, at in of_partnerships.values_list("subject_id", "at"):
        add(owner_of.get(subject, subject), at)
    dated = OutgoingMail.objects.filter(notification__in=NEW_DATE, status=MailStatus.SENT)
    for about, sent_at in dated.values_list("subject_id", "sent_at"):
        if about is not None:
            add(owner_of.get(about, about), sent_at)
    return found


def requests_settled(end: datetime) -> Requests:
    """Those whose delay has run, up to the working morning after it, or that were settled before it had; not
    those that a departure ended."""
    deadlines = dict(
        FollowUp.objects.filter(rule="partnerships.answer", cycle=1)
        .order_by()
        .values_list("subject_id")
        .annotate(promised=Max("deadline"))
    )
    first_answers: dict[UUID, datetime] = {}
    answers = TransitionRecord.objects.filter(subject_type=_type(Introduction))
    for subject, at in answers.filter(verb__in=("accept", "decline", "postpone")).values_list(
        "subject_id", "at"
    ):
        first_answers[subject] = min(at, first_answers.get(subject, at))
    counts: Counter[str] = Counter()
    for asked in Introduction.objects.filter(requested_at__isnull=False).select_related(
        "association__organisation", "company__organisation"
    ):
        promised, answered = deadlines.get(asked.pk), first_answers.get(asked.pk)
        released = asked.released_at if answered is None else None
        if released is not None and asked.gone_organisation is not None:
            continue
        if promised is None:
            continue
        evening = _evening(promised)
        release = next_working_morning(evening.date())
        if answered is None and released is None and release >= end:
            continue
        counts["asked"] += 1
        if answered is not None:
            counts["answered"] += 1
            counts["answered_in_time"] += answered <= evening
        elif released is not None:
            counts["released"] += 1
            counts["released_in_time"] += released <= _evening(release)
    return Requests(**counts)


def _evening(moment: datetime) -> datetime:
    return clock.paris(moment).replace(hour=23, minute=59)


def _presentations() -> Spread:
    """Over the associations that could be presented: checked, complete, open, with a project on line."""
    able = Association.objects.open_to_companies().complete().filter(projects__status="published").distinct()
    shown = Counter(Suggestion.objects.order_by().values_list("association", flat=True))
    return spread([shown[key] for key in able.values_list("pk", flat=True)])


def _mails_by_week(end: datetime) -> list[int]:
    """Of each member, each week since they came, weeks without a mail included."""
    sent: Counter[tuple[UUID, int]] = Counter()
    joined: dict[UUID, datetime] = {}
    mails = OutgoingMail.objects.filter(status=MailStatus.SENT, recipient__is_staff=False)
    for person, since, at in mails.order_by().values_list("recipient", "recipient__date_joined", "sent_at"):
        if person is None or at is None:
            continue
        joined[person] = since
        sent[person, (at - since) // WEEK] += 1
    return [
        sent[person, week] for person, since in joined.items() for week in range((end - since) // WEEK + 1)
    ]


def _first_answers() -> tuple[list[float], list[float], list[float]]:
    welcomes = OutgoingMail.objects.filter(notification="matching.welcome", status=MailStatus.SENT)
    organisations = Organisation.objects.filter(kind=OrganisationKind.ASSOCIATION)
    created = dict(organisations.values_list("pk", "created_at"))
    # An imported record is welcomed when somebody takes it over: its age then is nobody's wait.
    signed_up = set(organisations.filter(origin=Origin.SIGN_UP).values_list("pk", flat=True))
    minutes = [
        (at - created[subject]) / timedelta(minutes=1)
        for subject, at in welcomes.values_list("subject_id", "sent_at")
        if subject in signed_up and at is not None
    ]
    looked = TransitionRecord.objects.filter(
        verb__in=("check", "ask_for_changes"), subject_type=_type(Organisation)
    )
    checks = _firsts(looked.order_by().values_list("subject_id", "at"))
    days = [(at - created[key]) / timedelta(days=1) for key, at in checks.items() if key in created]
    shown = _firsts(Suggestion.objects.order_by().values_list("association__organisation", "presented_at"))
    checked = dict(organisations.filter(status=OrganisationStatus.CHECKED).values_list("pk", "checked_at"))
    waits = [
        max(0.0, (at - since) / timedelta(days=1))
        for key, at in shown.items()
        if (since := checked.get(key)) is not None
    ]
    return minutes, days, waits


def _firsts(rows: Iterable[tuple[UUID, datetime]]) -> dict[UUID, datetime]:
    found: dict[UUID, datetime] = {}
    for key, at in rows:
        found[key] = min(at, found.get(key, at))
    return found


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
