from collections.abc import Collection
from datetime import date, datetime
from typing import Self
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from associations.models import Association, Project
from companies.models import Company, Need
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.calendar.working_days import morning_of
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.workflow.journal import history
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import (
    OPEN_STATUSES,
    UNDER_WAY,
    IntroductionStatus,
    PartnershipStatus,
    RefusalReason,
    Side,
    reasons_for,
)

# A stored reason is one that the side asked can say of the introduction's kind (or none).
_REASON_OF_ITS_SIDE = Q(refusal_reason="")
for _asking, _answering in ((Side.ASSOCIATION, Side.COMPANY), (Side.COMPANY, Side.ASSOCIATION)):
    for _kind in Kind:
        _REASON_OF_ITS_SIDE |= Q(
            asked_by_side=str(_asking),
            kind=str(_kind),
            refusal_reason__in=[str(reason) for reason in reasons_for(_kind, _answering)],
        )

_TONES = {
    IntroductionStatus.QUEUED: "neutral",
    IntroductionStatus.REQUESTED: "waiting",
    IntroductionStatus.LATER: "waiting",
    IntroductionStatus.YES: "good",
    IntroductionStatus.NO: "bad",
    IntroductionStatus.RELEASED: "neutral",
    IntroductionStatus.WITHDRAWN: "neutral",
}


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def waiting(self) -> Self:
        """Asked and not yet answered: somebody owes an answer."""
        return self.filter(status=IntroductionStatus.REQUESTED)

    def queued(self) -> Self:
        return self.filter(status=IntroductionStatus.QUEUED)

    def sent_by_associations(self) -> Self:
        """Asked, and not answered yet but by « later »: the association is told where it stands."""
        sent = (IntroductionStatus.REQUESTED, IntroductionStatus.LATER)
        return self.filter(status__in=sent, asked_by_side=Side.ASSOCIATION)

    def released(self) -> Self:
        """Sent and left without an answer, between two organisations that are both still here."""
        gone = Q(association__organisation__status=OrganisationStatus.LEFT) | Q(
            company__organisation__status=OrganisationStatus.LEFT
        )
        return self.filter(status=IntroductionStatus.RELEASED, requested_at__isnull=False).exclude(gone)

    def come_to_nothing(self, since: datetime) -> Self:
        """Asked by an association that is still here, and ended without an answer since then. What went on
        under another record, once two were made one, has not come to nothing: its line says so."""
        endings = TransitionRecord.objects.filter(
            subject_type=ContentType.objects.get_for_model(Introduction),
            subject_id=models.OuterRef("pk"),
            verb__in=("release", "end"),
            note="",
        )
        ended = self.filter(
            models.Exists(endings),
            status=IntroductionStatus.RELEASED,
            asked_by_side=Side.ASSOCIATION,
            released_at__gte=since,
        )
        return ended.exclude(association__organisation__status=OrganisationStatus.LEFT)

    def refused_until_after(self, day: date) -> Self:
        """Answered « no » with a date to try again that is still to come: the pair is left in peace."""
        return self.filter(status=IntroductionStatus.NO, retry_on__gt=day)

    def asked_for(self, organisation: Organisation) -> Self:
        """Those that somebody has asked in the name of this organisation."""
        return self.filter(
            Q(asked_by_side=Side.ASSOCIATION, association__organisation=organisation)
            | Q(asked_by_side=Side.COMPANY, company__organisation=organisation)
        )

    def using_a_place(self) -> Self:
        """Sent, and not ended in vain: the company has been asked, or has looked and answered."""
        ended = (IntroductionStatus.RELEASED, IntroductionStatus.WITHDRAWN)
        in_vain = Q(status__in=ended) | Q(partnership__status=PartnershipStatus.RETURNED)
        return self.filter(requested_at__isnull=False).exclude(in_vain)

    def about_a_need_that_is_over(self) -> Self:
        return self.filter(need__isnull=False).exclude(need__in=Need.objects.published().not_past())

    def open(self) -> Self:
        return self.filter(status__in=OPEN_STATUSES)

    def living(self) -> Self:
        """Open, or accepted with a partnership under way: what it is about is not to be asked again."""
        accepted = Q(status=IntroductionStatus.YES, partnership__status__in=UNDER_WAY)
        return self.filter(Q(status__in=OPEN_STATUSES) | accepted).select_related("partnership")

    def involving(self, organisation: Organisation | models.OuterRef) -> Self:
        return self.filter(Q(association__organisation=organisation) | Q(company__organisation=organisation))

    def closed(self) -> Self:
        return self.exclude(status__in=OPEN_STATUSES)

    def to_answer_by(self, organisations: "models.QuerySet[Organisation]") -> Self:
        """Those that one of these organisations owes an answer to."""
        return self.waiting().filter(
            Q(asked_by_side=Side.ASSOCIATION, company__organisation__in=organisations)
            | Q(asked_by_side=Side.COMPANY, association__organisation__in=organisations)
        )

    def involving_any(self, organisations: "models.QuerySet[Organisation] | Collection[UUID]") -> Self:
        return self.filter(
            Q(association__organisation__in=organisations) | Q(company__organisation__in=organisations)
        )

    def with_parties(self) -> Self:
        return self.select_related("association__organisation", "company__organisation", "need", "project")


class Introduction(Identified):
    """One side asks the other to talk. `status` moves by partnerships.workflow.INTRODUCTION only."""

    association = models.ForeignKey(Association, models.CASCADE, related_name="introductions")
    company = models.ForeignKey(Company, models.CASCADE, related_name="introductions")
    need = models.ForeignKey(Need, models.SET_NULL, null=True, blank=True, related_name="introductions")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="introductions")
    kind = models.CharField("forme", max_length=20, choices=Kind)
    asked_by_side = models.CharField("demandée par", max_length=20, choices=Side)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandeur",
    )
    note = models.TextField("message", max_length=1000)
    status = models.CharField(
        "état",
        max_length=20,
        choices=IntroductionStatus,
        default=IntroductionStatus.REQUESTED,
    )
    created_at = models.DateTimeField("créée le", default=clock.now, editable=False)
    requested_at = models.DateTimeField("envoyée le", null=True, blank=True, editable=False)
    seen_at = models.DateTimeField("vue le", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True, editable=False)
    answer_note = models.TextField("message de réponse", blank=True, max_length=1000)
    later_on = models.DateField("à revoir le", null=True, blank=True)
    refusal_reason = models.CharField("raison", max_length=30, choices=RefusalReason, blank=True)
    retry_on = models.DateField("à redemander à partir du", null=True, blank=True)
    released_at = models.DateTimeField("libérée le", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True, editable=False)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = "mise en relation"
        verbose_name_plural = "mises en relation"
        ordering = ("-created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("association", "company", "need"),
                condition=Q(status__in=OPEN_STATUSES),
                nulls_distinct=False,
                name="introduction_open_once_per_pair",
            ),
            models.CheckConstraint(
                # While the request queues, its need can close, one side leave, or who asked withdraw it: it
                # was then never sent.
                condition=Q(status=IntroductionStatus.QUEUED, requested_at__isnull=True)
                | Q(status__in=(IntroductionStatus.RELEASED, IntroductionStatus.WITHDRAWN))
                | (~Q(status=IntroductionStatus.QUEUED) & Q(requested_at__isnull=False)),
                name="introduction_requested_has_date",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(
                        IntroductionStatus.YES,
                        IntroductionStatus.NO,
                        IntroductionStatus.LATER,
                    ),
                    answered_at__isnull=False,
                )
                | Q(
                    status__in=(
                        IntroductionStatus.QUEUED,
                        IntroductionStatus.REQUESTED,
                        IntroductionStatus.RELEASED,
                        IntroductionStatus.WITHDRAWN,
                    )
                ),
                name="introduction_answered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=IntroductionStatus.LATER) | Q(later_on__isnull=False),
                name="introduction_later_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=IntroductionStatus.NO) & ~Q(refusal_reason="")
                | ~Q(status=IntroductionStatus.NO) & Q(refusal_reason=""),
                name="introduction_no_has_reason",
            ),
            models.CheckConstraint(
                condition=_REASON_OF_ITS_SIDE, name="introduction_reason_suits_its_side_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(status=IntroductionStatus.NO, retry_on__isnull=False)
                | (~Q(status=IntroductionStatus.NO) & Q(retry_on__isnull=True)),
                name="introduction_no_has_a_date_to_try_again",
            ),
            models.CheckConstraint(
                condition=Q(status=IntroductionStatus.RELEASED, released_at__isnull=False)
                | (~Q(status=IntroductionStatus.RELEASED) & Q(released_at__isnull=True)),
                name="introduction_released_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=IntroductionStatus.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(status=IntroductionStatus.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
                name="introduction_withdrawn_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=IntroductionStatus.values), name="introduction_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="introduction_kind_known"),
            models.CheckConstraint(
                condition=Q(asked_by_side__in=Side.values), name="introduction_side_known"
            ),
        ]
        indexes = [
            models.Index(fields=("company", "status")),
            models.Index(fields=("association", "status")),
            models.Index(fields=("status", "requested_at"), name="introduction_waiting_longest"),
        ]

    def __str__(self) -> str:
        return f"{self.association_id} · {self.company_id}"

    @property
    def answering_side(self) -> Side:
        return Side.COMPANY if self.asked_by_side == Side.ASSOCIATION else Side.ASSOCIATION

    @property
    def asking_organisation(self) -> Organisation:
        side = self.association if self.asked_by_side == Side.ASSOCIATION else self.company
        return side.organisation

    @property
    def answering_organisation(self) -> Organisation:
        side = self.company if self.asked_by_side == Side.ASSOCIATION else self.association
        return side.organisation

    def organisations(self) -> list[Organisation]:
        """Its two sides, the association first."""
        return [self.association.organisation, self.company.organisation]

    @property
    def gone_organisation(self) -> Organisation | None:
        """The side that has left the site, if one has."""
        return next((side for side in self.organisations() if side.has_left), None)

    @property
    def is_queued(self) -> bool:
        return self.status == IntroductionStatus.QUEUED

    @property
    def is_waiting(self) -> bool:
        return self.status == IntroductionStatus.REQUESTED

    @property
    def is_postponed(self) -> bool:
        return self.status == IntroductionStatus.LATER

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def answer_date(self) -> datetime | None:
        """When the question as it now stands was answered; nothing once it has been asked again."""
        return None if self.is_waiting else self.answered_at

    @property
    def read_at(self) -> datetime | None:
        """When the question as it now stands was opened or, from the mail alone, answered."""
        return self.seen_at or self.answer_date

    @property
    def last_answer(self) -> str:
        """What was said last: a request that ended without a yes or a no may have been put off before."""
        return "Réponse\u00a0: plus tard" if self.ended_at else "Réponse reçue"

    @property
    def ended_at(self) -> datetime | None:
        """When it ended by something else than an answer."""
        return self.released_at or self.withdrawn_at

    @property
    def ending(self) -> str:
        """How it ended, where it was not by an answer."""
        if self.withdrawn_at:
            return "Retirée"
        in_vain = self.was_never_sent or self.gone_organisation is not None or self.ended_while_postponed
        return "Close" if in_vain else "Libérée"

    @property
    def need_is_over(self) -> bool:
        own = Introduction.objects.filter(pk=self.pk)
        return self.need_id is not None and own.about_a_need_that_is_over().exists()

    @property
    def latest_later_on(self) -> date:
        """A year after the request: nobody waits for ever from one « later » to the next."""
        return clock.paris(self.requested_at or clock.now()).date() + relativedelta(years=1)

    @property
    def can_be_postponed(self) -> bool:
        return self.latest_later_on > clock.today()

    @property
    def need_ends_first(self) -> bool:
        return bool(self.need and self.need.deadline and self.later_on and self.need.deadline < self.later_on)

    @property
    def asked_again_on(self) -> date | None:
        """The day on which the question postponed is asked again: the one given, or the first with mails."""
        if self.later_on is None:
            return None
        return clock.paris(next_sending_time(morning_of(self.later_on))).date()

    @property
    def may_be_asked_again(self) -> bool:
        """The date given with a « no » has come: it keeps nobody from asking any more."""
        return self.retry_on is not None and self.retry_on <= clock.today()

    @property
    def was_never_sent(self) -> bool:
        """It ended while it waited for a place."""
        return self.status == IntroductionStatus.RELEASED and self.requested_at is None

    @property
    def ended_while_postponed(self) -> bool:
        """Its need was over when the date given with « later » came: it was not asked again."""
        if self.status != IntroductionStatus.RELEASED or self.later_on is None:
            return False
        last = history(self).filter(verb="end").last()
        return last is not None and last.source == IntroductionStatus.LATER and self.gone_organisation is None

    def who_owes(self, step: FollowUp | None) -> str:
        """The name of the side that owes this step; nothing when the platform or the team does."""
        owing = step.owing_organisation_id if step else None
        sides = {one.pk: one.name for one in self.organisations()}
        return sides.get(owing, "") if owing else ""

    @property
    def where_it_goes_on(self) -> str:
        """The page of the partnership it has become, or its own."""
        return self.get_absolute_url() if self.is_open else self.partnership.get_absolute_url()

    @property
    def about(self) -> str:
        """The title of the need or project that it is about; empty when it is about none."""
        return str(self.need or self.project or "")

    @property
    def heading(self) -> str:
        """The same for whoever reads it, on either side."""
        return self.about or f"{self.association} et {self.company}"

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _TONES[IntroductionStatus(self.status)]

    def get_absolute_url(self) -> str:
        return reverse("partnerships:introduction", args=[self.pk])
