"""Stored follow-ups: dated next steps, one row each."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Model, OuterRef, Q, Subquery

from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.models.absence import Absence, AbsenceQuerySet
from mecenova.agenda.rules import rule_named
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.workflow.models import TransitionRecord

# What the dates of one step that comes back have in common.
TURNS = ("rule", "subject_type", "subject_id", "cycle")


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def open(self) -> Self:
        return self.filter(outcome=Outcome.OPEN)

    def steps(self) -> Self:
        """Open next steps: what people are shown."""
        return self.open().filter(is_step=True)

    def due(self, moment: datetime) -> Self:
        """What the runner takes now; a row that failed waits until its lease runs out."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=moment)
        return self.open().filter(free, due_at__lte=moment)

    def in_error(self) -> Self:
        """Open follow-ups whose rule raised: tried again, and shown to staff meanwhile."""
        return self.open().exclude(last_error="")

    def owed_by_staff(self) -> Self:
        return self.steps().filter(owner=Owner.STAFF)

    def lent(self, person: "models.Model") -> Self:
        """What was this person's of the team, and somebody else has while they are away."""
        return self.owed_by_staff().filter(lent_by=person).exclude(assigned_to=person)

    def by_promise(self) -> Self:
        """Whoever was promised the soonest comes first. `promised_at` is the first date given, however
        often the step has come back: what is put off does not go to the end of the queue."""
        same = FollowUp.objects.filter(**{name: OuterRef(name) for name in TURNS})
        dated = self.annotate(promised_at=Subquery(same.order_by("deadline").values("deadline")[:1]))
        return dated.order_by("promised_at", "id")

    def promised_before(self, moment: datetime) -> Self:
        """Late for whoever waits, oldest first."""
        return self.by_promise().filter(promised_at__lt=moment)

    def of_same_turns(self, row: "FollowUp") -> Self:
        """It and the former dates of the same step."""
        return self.filter(**{name: getattr(row, name) for name in TURNS})

    def given_by_hand(self, verb: str) -> Self:
        """With `given_at`, when the journal last says so by this verb, of the step or of its former dates."""
        same = FollowUp.objects.filter(**{name: OuterRef(OuterRef(name)) for name in TURNS})
        lines = TransitionRecord.objects.filter(
            subject_type=ContentType.objects.get_for_model(FollowUp),
            subject_id__in=same.order_by().values("pk"),
            verb=verb,
        )
        return self.annotate(given_at=Subquery(lines.order_by("-at").values("at")[:1]))

    def concerned_by(self, absence: Absence) -> Self:
        """Open follow-ups whose clock this absence stops; the team's own go on with somebody else."""
        if absence.organisation_id:
            theirs = Q(organisation_id=absence.organisation_id)
            return self.open().filter(theirs | Q(also_waits_for__contains=[absence.organisation_id]))
        return self.open().filter(assigned_to=absence.user_id).exclude(owner=Owner.STAFF)

    def about_each(self, model: type[Model], key: str = "pk") -> Self:
        """Those about one row of the query around: the subject of this type that has this key.

        Its type is said as well, though no two subjects share a key: indexes begin with it.
        """
        return self.filter(subject_type=ContentType.objects.get_for_model(model), subject_id=OuterRef(key))

    def about(self, subjects: Iterable[Model]) -> Self:
        """Follow-ups of these subjects, whatever their types."""
        keys: dict[ContentType, list[uuid.UUID]] = {}
        for subject in subjects:
            keys.setdefault(ContentType.objects.get_for_model(subject), []).append(subject.pk)
        if not keys:
            return self.none()
        alike = (Q(subject_type=type_, subject_id__in=ids) for type_, ids in keys.items())
        return self.filter(reduce(or_, alike))


class FollowUp(Identified):
    """One dated next step of one subject, under one rule.

    `occurrence` is the day of the rule's table (2, 5, 9, 15); `cycle` counts the times the rule was started
    anew on the same subject. `due_at` is when the platform acts next, `deadline` what people are promised.
    """

    # Only where it was read `by_promise`, as `is_late`.
    promised_at: datetime
    # Why its date is further than its days, as people say it: of a step read as what is shown next
    # (`agenda.operations.next_step`).
    put_off: Callable[[], str]

    rule = models.CharField("règle", max_length=120)
    subject_type = models.ForeignKey(
        ContentType, verbose_name="type d’objet", on_delete=models.PROTECT, related_name="+"
    )
    subject_id = models.UUIDField("identifiant de l’objet")
    subject = GenericForeignKey("subject_type", "subject_id")
    cycle = models.PositiveSmallIntegerField("cycle", default=1)
    occurrence = models.PositiveIntegerField("jour")
    owner = models.CharField("à la charge de", max_length=20, choices=Owner)
    organisation_id = models.UUIDField("organisme", null=True, blank=True)
    also_waits_for = ArrayField(
        models.UUIDField(),
        verbose_name="attend aussi",
        default=list,
        db_default=[],
        blank=True,
        help_text="Les autres organismes dont l’absence arrête son délai.",
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="confié à",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="follow_ups",
    )
    # Somebody else of the team has it meanwhile; back, they may take it again.
    lent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="confié pendant l’absence de",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="lent_follow_ups",
    )
    is_step = models.BooleanField("prochaine étape affichée")
    what = models.CharField("quoi", max_length=300)
    since = models.DateTimeField("compte à partir de")
    due_at = models.DateTimeField("prochaine action le")
    deadline = models.DateTimeField("attendu avant le")
    # What acting late on the rule's former day has left. It stays when an absence, said or taken back, has
    # the dates counted again: two reminders never come together.
    not_before = models.DateTimeField("pas plus tôt que", null=True, blank=True)
    outcome = models.CharField("issue", max_length=20, choices=Outcome, default=Outcome.OPEN)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    lease_until = models.DateTimeField("pas avant", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais en erreur", default=0)
    last_error = models.TextField("dernière erreur", blank=True)
    created_at = models.DateTimeField("ouvert le", default=clock.now, editable=False)

    objects: ClassVar[FollowUpQuerySet] = FollowUpQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "relance"
        verbose_name_plural = "relances"
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(outcome="open"), name="follow_up_due"),
            models.Index(
                fields=["organisation_id", "deadline"], condition=Q(outcome="open"), name="follow_up_owed"
            ),
            models.Index(
                fields=["owner", "deadline"], condition=Q(outcome="open"), name="follow_up_by_owner"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "rule", "cycle", "occurrence"], name="follow_up_once"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(outcome="open", is_step=True),
                name="one_open_step_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", closed_at__isnull=True)
                | (~Q(outcome="open") & Q(closed_at__isnull=False)),
                name="follow_up_closed_has_its_date",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="follow_up_says_what"),
            models.CheckConstraint(condition=Q(cycle__gte=1), name="follow_up_cycle_counts_from_one"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="follow_up_outcome_known"),
            models.CheckConstraint(condition=Q(owner__in=Owner.values), name="follow_up_owner_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} +{self.occurrence}"

    @property
    def turn(self) -> str:
        """What tells it from the rule's other follow-ups on this subject: one mail for each."""
        return f"{self.cycle}-{self.occurrence}"

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN

    @property
    def is_late(self) -> bool:
        """Its first date is over, however often it has come back since."""
        return clock.day_is_over(self.promised_at)

    @property
    def owing_organisation_id(self) -> uuid.UUID | None:
        """The organisation whose turn it is; None when the platform or the team acts about it."""
        return self.organisation_id if self.owner == Owner.ORGANISATION else None

    @property
    def waits_for_id(self) -> uuid.UUID | None:
        """The person whose absence stops the clock: not one of the team, which shares what it owes."""
        return None if self.owner == Owner.STAFF else self.assigned_to_id

    @property
    def what_to_you(self) -> str:
        """`what`, as the people whom the step is about read it."""
        rule = rule_named(self.rule)
        return (rule.to_you if rule else "") or self.what

    @property
    def waits_for_organisations(self) -> list[uuid.UUID]:
        """The organisations whose absence stops the clock, the one that owes first."""
        return list(dict.fromkeys(filter(None, [self.organisation_id, *self.also_waits_for])))

    def absences(self) -> AbsenceQuerySet:
        """The absences that stop this follow-up's clock."""
        return Absence.objects.of_any(self.waits_for_organisations, filter(None, [self.waits_for_id]))
