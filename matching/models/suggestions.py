from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from accounts.models import Organisation
from associations.models import Association, Project
from companies.enums import NeedStatus
from companies.models import Company, Need
from matching.enums import RoundScope, SuggestionStatus
from matching.sharing import PROMISED_DAYS
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.ui.figures import short_date
from partnerships.enums import RefusalReason, Side
from partnerships.models import Introduction

# A company that did not answer is not asked about the same association before this long. After a no it is the
# reason that says when: the date told to both sides for a request, the same delay for a suggestion.
AFTER_SILENCE = timedelta(days=180)
# What nobody of the company opened says nothing of it: it may be shown again after the days promised.
UNOPENED = timedelta(days=PROMISED_DAYS)
# A full round looks at the whole network each night. A night may be an hour longer, and a round last another.
LONGEST_WITHOUT_A_FULL_ONE = timedelta(hours=26)


class RoundQuerySet(models.QuerySet["Round"]):
    def is_full_one_missing(self) -> bool:
        """Rounds are run here, and none has looked at the whole network since yesterday's."""
        since = clock.now() - LONGEST_WITHOUT_A_FULL_ONE
        ended = self.filter(scope=RoundScope.FULL, finished_at__gte=since)
        return not ended.exists() and self.filter(started_at__lt=since).exists()


class Round(Identified):
    """One run of the matching over the network or over what changed since the last one.

    A full round also says how fairly attention is shared once it is done; a small one does not know. Its
    figures are about associations that have a compatible company. `gini` is that of the presentations of the
    last 90 days, among those open for as long; `score_share` what its sum of scores is to the best that the
    same places would have given if nobody's wait counted.

    What it could not do is kept with it: how many associations no company had a place for; and after a full
    round, how many needs no association is close enough to, how many associations no need.
    """

    scope = models.CharField("étendue", max_length=20, choices=RoundScope)
    score_version = models.CharField("version du score", max_length=20)
    started_at = models.DateTimeField("commencé le", default=clock.now, editable=False)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    needs = models.PositiveIntegerField("besoins", default=0)
    pairs = models.PositiveIntegerField("paires compatibles", default=0)
    presented = models.PositiveIntegerField("suggestions", default=0)
    compatible = models.PositiveIntegerField("ont une entreprise compatible", null=True, blank=True)
    in_time = models.PositiveIntegerField("présentées ou arrivées depuis 90 jours", null=True, blank=True)
    servable = models.PositiveIntegerField("que 90 jours de places suffisent", null=True, blank=True)
    longest_wait = models.PositiveIntegerField("plus longue attente (jours)", null=True, blank=True)
    gini = models.DecimalField(
        "Gini des présentations", max_digits=4, decimal_places=3, null=True, blank=True
    )
    score_share = models.DecimalField(
        "part du meilleur score", max_digits=4, decimal_places=3, null=True, blank=True
    )

    needs_alone = models.PositiveIntegerField("besoins sans association assez proche", null=True, blank=True)
    without_place = models.PositiveIntegerField("associations faute de places", null=True, blank=True)
    associations_alone = models.PositiveIntegerField(
        "associations dont aucun besoin n’est assez proche", null=True, blank=True
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "tour"
        ordering = ("-started_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_alone__isnull=True) | Q(needs_alone__lte=F("needs")),
                name="round_needs_alone_among_its_needs",
            ),
            models.CheckConstraint(
                condition=Q(compatible__isnull=True, in_time__isnull=True, servable__isnull=True)
                | Q(in_time__lte=F("compatible"), servable__lte=F("compatible")),
                name="round_figures_agree",
            ),
            models.CheckConstraint(condition=Q(scope__in=RoundScope.values), name="round_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} · {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def could_not(self) -> list[str]:
        """What it could not do, in words; nothing when it did all, or did not end."""
        told = (
            (self.without_place, "association sans place libre", "associations sans place libre"),
            (
                self.needs_alone,
                "besoin sans association assez proche",
                "besoins sans association assez proche",
            ),
            (
                self.associations_alone,
                "association loin de tous les besoins",
                "associations loin de tous les besoins",
            ),
        )
        return [f"{number}\u00a0{one if number == 1 else many}" for number, one, many in told if number]

    @property
    def in_time_share(self) -> float | None:
        """Which part of the associations that suit a company has waited no longer than promised."""
        return None if not self.compatible or self.in_time is None else self.in_time / self.compatible


def _is_moot() -> Q:
    """The association has left, is in pause or an expert only, or refuses this kind or this sector; or the
    project is in pause or closed."""
    solicited = Association.objects.open_to_companies().filter(pk=OuterRef("association"))
    refused_sector = Association.refused_sectors.through.objects.filter(
        association=OuterRef("association"), sector=OuterRef("company__sector")
    )
    proposed = Project.objects.proposed().filter(pk=OuterRef("project"))
    return (
        ~Exists(solicited)
        | Q(association__refused_kinds__contains=[F("need__kind")])
        | Exists(refused_sector)
        | Q(project__isnull=False) & ~Exists(proposed)
    )


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> Self:
        return self.filter(status=SuggestionStatus.PRESENTED)

    def moot(self) -> Self:
        """Those open that nobody is to answer: their association is solicited no more, at all or for this."""
        return self.open().filter(_is_moot())

    def wanted(self) -> Self:
        """Those open that may be answered."""
        return self.open().exclude(_is_moot())

    def answered(self) -> Self:
        """Those that wait for nobody any more."""
        return self.exclude(status=SuggestionStatus.PRESENTED)

    def undigested(self) -> Self:
        """Those that no digest has told of yet."""
        return self.open().filter(digested_at__isnull=True)

    def involving(self, organisation: Organisation | UUID) -> Self:
        """Its own, as a company or as an association."""
        return self.filter(Q(association__organisation=organisation) | Q(company__organisation=organisation))

    def for_companies_of(self, user: models.Model) -> Self:
        return self.filter(company__organisation__memberships__user=user)

    def with_parties(self) -> Self:
        return self.select_related(
            "association__organisation__department",
            "company__organisation",
            "need",
            "project",
            "introduction",
        )


class Suggestion(Identified):
    """A pair that a round proposed to a company (one place spent), with its score.

    `score` is 0 to 1; `reasons` are French sentences; `inputs` are the parts of the sum of `score_version`.
    The same pair may be proposed again, in a row of its own, long after the first time came to nothing.
    `introduction` is what the interest began, or what the association had itself asked and this answer ended.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="suggestions")
    need = models.ForeignKey(Need, models.CASCADE, related_name="suggestions")
    company = models.ForeignKey(Company, models.CASCADE, related_name="suggestions")
    association = models.ForeignKey(Association, models.CASCADE, related_name="suggestions")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="suggestions")
    introduction = models.OneToOneField(
        Introduction, models.SET_NULL, null=True, blank=True, related_name="suggestion"
    )
    score = models.DecimalField("score", max_digits=5, decimal_places=4)
    score_version = models.CharField("version du score", max_length=20)
    reasons = models.JSONField("raisons", default=list)
    inputs = models.JSONField("termes du score", default=dict)
    status = models.CharField(
        "état",
        max_length=20,
        choices=SuggestionStatus,
        default=SuggestionStatus.PRESENTED,
    )
    presented_at = models.DateTimeField("présentée le", default=clock.now, editable=False)
    seen_at = models.DateTimeField("vue le", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True, editable=False)
    refusal_reason = models.CharField("raison", max_length=30, choices=RefusalReason, blank=True)
    digested_at = models.DateTimeField("annoncée le", null=True, blank=True, editable=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = "suggestion"
        ordering = ("-presented_at", "-score", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("need", "association"),
                condition=Q(status=SuggestionStatus.PRESENTED),
                name="suggestion_open_once_per_need_and_association",
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1),
                name="suggestion_score_between_0_and_1",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(SuggestionStatus.INTERESTED, SuggestionStatus.DECLINED),
                    answered_at__isnull=False,
                )
                | Q(
                    status__in=(SuggestionStatus.PRESENTED, SuggestionStatus.EXPIRED),
                    answered_at__isnull=True,
                ),
                name="suggestion_answered_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=SuggestionStatus.DECLINED) & ~Q(refusal_reason="")
                | ~Q(status=SuggestionStatus.DECLINED) & Q(refusal_reason=""),
                name="suggestion_declined_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(refusal_reason__in=["", *RefusalReason.values]), name="suggestion_reason_known"
            ),
        ]
        indexes = [
            models.Index(fields=("company", "status")),
            models.Index(fields=("association", "presented_at")),
            # The refusals of each association that were of a proposal, counted every hour for all of them.
            models.Index(
                fields=("association", "answered_at"),
                condition=Q(status=SuggestionStatus.DECLINED, introduction__isnull=True),
                name="suggestion_declined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} · {self.association_id}"

    def get_absolute_url(self) -> str:
        return reverse("matching:suggestion", args=[self.pk])

    @property
    def tone(self) -> str:
        """How the state looks as a badge."""
        return {
            SuggestionStatus.PRESENTED.value: "waiting",
            SuggestionStatus.INTERESTED.value: "good",
        }.get(self.status, "neutral")

    @property
    def outcome(self) -> str:
        """What came of it, in words for the association."""
        if self.status == SuggestionStatus.DECLINED:
            return f"L’entreprise a répondu : {self.get_refusal_reason_display().lower()}."
        if self.introduction is not None:
            asked = "Vous avez demandé" if self.was_asked_by_association else "L’entreprise vous a demandé"
            return f"{asked} une mise en relation. {self.introduction.get_status_display()}."
        if self.status == SuggestionStatus.EXPIRED:
            closed = self.need.status == NeedStatus.CLOSED
            return "Le besoin a été clos avant une réponse." if closed else "Elle a pris fin sans réponse."
        if self.seen_at:
            return f"Ouverte par l’entreprise le {short_date(self.seen_at)}, sans réponse encore."
        return "Pas encore ouverte par l’entreprise."

    def returns_on(self, *, opened: bool) -> date:
        """Without an answer, the day from which this company may be shown the association again."""
        return clock.paris(self.presented_at).date() + (AFTER_SILENCE if opened else UNOPENED)

    @property
    def may_return_on(self) -> date:
        """The same, as things stand."""
        return self.returns_on(opened=self.seen_at is not None)

    @property
    def is_open(self) -> bool:
        return self.status == SuggestionStatus.PRESENTED

    @property
    def ended_after_a_look(self) -> bool:
        """By a pause, before an answer, while its need goes on: for the company, a silence."""
        is_over = self.status == SuggestionStatus.EXPIRED and self.seen_at is not None
        return is_over and self.need.status == NeedStatus.PUBLISHED

    @property
    def was_asked_by_association(self) -> bool:
        """The interest was a yes to what the association had itself asked about this need."""
        return self.introduction is not None and self.introduction.asked_by_side == Side.ASSOCIATION

    @property
    def interest_said(self) -> str:
        """The same, in words for the company that said it."""
        if self.was_asked_by_association:
            return "Vous avez accepté sa demande de mise en relation"
        return "Vous avez demandé à échanger"

    @property
    def asked(self) -> Introduction | None:
        """What the association itself has asked about this need, until the company says yes or no."""
        open_ones = Introduction.objects.open().filter(need=self.need_id, association=self.association_id)
        return open_ones.filter(asked_by_side=Side.ASSOCIATION).first()

    @property
    def has_gone_on(self) -> bool:
        """The same two have a request open, or a partnership under way, about this need."""
        pair = Introduction.objects.filter(need=self.need_id, association=self.association_id)
        return pair.living().exists()

    @property
    def proposed_since(self) -> "Suggestion | None":
        """The same pair, proposed again since this one came to nothing, while it waits for an answer."""
        if self.is_open:
            return None
        again = Suggestion.objects.open().filter(need=self.need_id, association=self.association_id)
        return again.filter(presented_at__gt=self.presented_at).first()
