import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Organisation, team_of
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from partnerships.enums import UNDER_WAY, PartnershipStatus, PartyRole, ReflectionMoment
from partnerships.models.introduction import Introduction
from partnerships.talks import TURNS

if TYPE_CHECKING:
    pass

_TONES = {
    PartnershipStatus.DISCUSSION: "waiting",
    PartnershipStatus.AGREED: "good",
    PartnershipStatus.ENDED: "neutral",
    PartnershipStatus.ABANDONED: "neutral",
    PartnershipStatus.RETURNED: "neutral",
}


def _dated(status: str, field: str) -> Q:
    """In this state, and in no other, this date is known."""
    return Q(**{"status": status, f"{field}__isnull": False}) | ~Q(status=status) & Q(
        **{f"{field}__isnull": True}
    )


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def active(self) -> Self:
        """Those in which somebody still owes something: in discussion, signed, ended and not yet told."""
        return self.filter(
            Q(status__in=UNDER_WAY) | Q(status=PartnershipStatus.ENDED, completed_at__isnull=True)
        )

    def signed_until_a_day(self) -> Self:
        return self.filter(status=PartnershipStatus.AGREED, ends_on__isnull=False)

    def in_disagreement(self) -> Self:
        """The sides say differently whether they talked, or whether it is signed: the team asks both."""
        differ = Q(disagreement_at__isnull=False) | Q(contested_at__isnull=False)
        return self.filter(differ, status=PartnershipStatus.DISCUSSION)

    def returned(self) -> Self:
        return self.filter(status=PartnershipStatus.RETURNED)

    def involving(self, organisation: Organisation) -> Self:
        return self.filter(parties__organisation=organisation)


class Partnership(Identified):
    """Two or more parties doing something together, of one kind. `status` moves by workflow.PARTNERSHIP."""

    kind = models.CharField("forme", max_length=20, choices=Kind)
    # What it is about; else its two parties, each as long as an organisation’s name can be.
    title = models.CharField("titre", max_length=510)
    introduction = models.OneToOneField(
        Introduction, models.PROTECT, null=True, blank=True, related_name="partnership"
    )
    status = models.CharField(
        "état",
        max_length=20,
        choices=PartnershipStatus,
        default=PartnershipStatus.DISCUSSION,
    )
    opened_at = models.DateTimeField("ouvert le", default=clock.now, editable=False)
    talk_turn = models.PositiveSmallIntegerField("dernière question posée", default=0, editable=False)
    talked_at = models.DateTimeField("premier échange su le", null=True, blank=True, editable=False)
    disagreement_at = models.DateTimeField("désaccord depuis le", null=True, blank=True, editable=False)
    contested_at = models.DateTimeField("signature contestée le", null=True, blank=True, editable=False)
    agreed_at = models.DateTimeField("dit signé le", null=True, blank=True, editable=False)
    signed_on = models.DateField("signé le", null=True, blank=True)
    ends_on = models.DateField("prend fin le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True, editable=False)
    evaluated_at = models.DateTimeField("bilan clos le", null=True, blank=True, editable=False)
    completed_at = models.DateTimeField("suivi clos le", null=True, blank=True, editable=False)
    abandoned_at = models.DateTimeField("abandonné le", null=True, blank=True, editable=False)
    returned_at = models.DateTimeField("revenu à la recherche le", null=True, blank=True, editable=False)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = "partenariat"
        ordering = ("-opened_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=_dated(PartnershipStatus.ABANDONED, "abandoned_at"),
                name="partnership_abandoned_has_date",
            ),
            models.CheckConstraint(
                condition=_dated(PartnershipStatus.RETURNED, "returned_at"),
                name="partnership_returned_has_date",
            ),
            models.CheckConstraint(
                condition=_dated(PartnershipStatus.ENDED, "ended_at"), name="partnership_ended_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(PartnershipStatus.AGREED, PartnershipStatus.ENDED))
                | Q(agreed_at__isnull=False, signed_on__isnull=False),
                name="partnership_agreed_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(status=PartnershipStatus.DISCUSSION)
                | Q(agreed_at__isnull=True, signed_on__isnull=True, ends_on__isnull=True),
                name="partnership_in_discussion_is_not_signed",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="partnership_ends_after_its_signature",
            ),
            models.CheckConstraint(
                condition=Q(disagreement_at__isnull=True)
                | Q(status=PartnershipStatus.DISCUSSION, talked_at__isnull=True),
                name="partnership_disagrees_in_discussion",
            ),
            models.CheckConstraint(
                condition=Q(contested_at__isnull=True) | Q(status=PartnershipStatus.DISCUSSION),
                name="partnership_contested_in_discussion",
            ),
            models.CheckConstraint(
                condition=Q(evaluated_at__isnull=True) | Q(status=PartnershipStatus.ENDED),
                name="partnership_evaluated_once_ended",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(evaluated_at__isnull=False),
                name="partnership_completed_once_evaluated",
            ),
            models.CheckConstraint(
                condition=Q(talk_turn__in=(0, *TURNS)), name="partnership_talk_turn_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=PartnershipStatus.values), name="partnership_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="partnership_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.status in UNDER_WAY or (
            self.status == PartnershipStatus.ENDED and self.completed_at is None
        )

    @property
    def is_in_discussion(self) -> bool:
        return self.status == PartnershipStatus.DISCUSSION

    @property
    def is_agreed(self) -> bool:
        return self.status == PartnershipStatus.AGREED

    @property
    def is_in_disagreement(self) -> bool:
        return self.is_in_discussion and bool(self.disagreement_at or self.contested_at)

    @property
    def may_still_talk(self) -> bool:
        """What each says of a first exchange still counts."""
        return self.is_in_discussion and self.talked_at is None and self.contested_at is None

    @property
    def may_say_not_yet(self) -> bool:
        """Once asked, or once somebody has said yes: before, « not yet » answers nothing."""
        return bool(self.talk_turn) or self.talk_reports.filter(talked=True).exists()

    @property
    def asked_on(self) -> date:
        """The day of the request it comes from: nothing was signed before."""
        return clock.paris(self.introduction.created_at if self.introduction else self.opened_at).date()

    @property
    def is_asked_whether_they_talked(self) -> bool:
        return self.may_still_talk and self.disagreement_at is None

    @property
    def reflection_moment(self) -> ReflectionMoment | None:
        """What the parties are asked about once it has ended; nothing before, nor when all is said."""
        if self.status != PartnershipStatus.ENDED or self.completed_at is not None:
            return None
        return ReflectionMoment.LASTING_EFFECT if self.evaluated_at else ReflectionMoment.EVALUATION

    @property
    def heading(self) -> str:
        return self.title

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _TONES[PartnershipStatus(self.status)]

    def organisations(self) -> list[Organisation]:
        """Its parties, the one that receives first."""
        return [party.organisation for party in self.known_parties]

    @property
    def known_parties(self) -> "list[Party]":
        """In the order of `organisations`; those read with it (`parties_read_with`) are not asked again."""
        read = getattr(self, "_prefetched_objects_cache", {}).get("parties")
        return list(self.parties.with_organisations() if read is None else read)

    def present_organisations(self) -> list[Organisation]:
        return [one for one in self.organisations() if not one.has_left]

    def without_a_yes(self) -> list[Organisation]:
        """Those that have not said that they talked, or have said since that they have not."""
        return self._present_but(key for key, report in self.last_words().items() if report.talked)

    def last_words(self) -> "dict[uuid.UUID, TalkReport]":
        """What each said last, by organisation; reports read with it are not asked again."""
        reports = sorted(self.talk_reports.all(), key=lambda report: report.turn)
        return {report.organisation_id: report for report in reports}

    def last_word_of(self, organisation: Organisation | None) -> "TalkReport | None":
        """What it said of the question as it now stands: a yes stays, a no holds for its turn."""
        if organisation is None:
            return None
        said = self.talk_reports.filter(organisation=organisation).order_by("turn").last()
        holds = said is not None and (said.talked or said.turn == (self.talk_turn or TURNS[0]))
        return said if holds else None

    def words_of(self, organisation: Organisation | None) -> str:
        """What its people have written already about the moment that is asked about now."""
        said = self.reflections.filter(organisation=organisation, moment=self.reflection_moment or "")
        return said.values_list("text", flat=True).first() or ""

    def without_words(self, moment: str) -> list[Organisation]:
        """Those that have not written about this moment."""
        return self._present_but(
            self.reflections.filter(moment=moment).values_list("organisation_id", flat=True)
        )

    def _present_but(self, keys: Iterable[object]) -> list[Organisation]:
        left_out = set(keys)
        return [one for one in self.present_organisations() if one.pk not in left_out]

    def get_absolute_url(self) -> str:
        return reverse("partnerships:partnership", args=[self.pk])


class PartyQuerySet(models.QuerySet["Party"]):
    def with_organisations(self) -> Self:
        """The one that receives first, then in the order in which they came."""
        return self.select_related("organisation").order_by("role", "pk")


class Party(models.Model):
    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="partnership_parties")
    role = models.CharField("rôle", max_length=20, choices=PartyRole)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "partie"
        constraints = [
            models.UniqueConstraint(
                fields=("partnership", "organisation"),
                name="party_once_per_partnership",
            ),
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} · {self.organisation_id}"


def parties_read_with() -> "tuple[models.Prefetch[Any], ...]":
    """For `prefetch_related` of partnerships: their parties and the teams of these, in two queries."""
    parties = Party.objects.with_organisations().prefetch_related(team_of("organisation"))
    return (models.Prefetch("parties", parties),)


class TalkReport(Identified):
    """Did you talk? What one side answered on one turn; changed, it is the last word that counts."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="talk_reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField("jour de la question")
    talked = models.BooleanField("se sont parlé")
    at = models.DateTimeField("dit le", default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="par",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "réponse sur le premier échange"
        verbose_name_plural = "réponses sur le premier échange"
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("partnership", "organisation", "turn"), name="talk_report_once_per_turn"
            ),
            models.CheckConstraint(condition=Q(turn__in=TURNS), name="talk_report_turn_known"),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} · {self.organisation_id} · {self.turn}"


class Reflection(Identified):
    """What one party writes of a partnership that has ended: what it gave, then what remains of it."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="reflections")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    moment = models.CharField("sur", max_length=20, choices=ReflectionMoment)
    text = models.TextField("ce qui en est dit", max_length=2000)
    at = models.DateTimeField("écrit le", default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="par",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "bilan"
        verbose_name_plural = "bilans"
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("partnership", "organisation", "moment"), name="reflection_once_per_moment"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="reflection_says_something"),
            models.CheckConstraint(
                condition=Q(moment__in=ReflectionMoment.values), name="reflection_moment_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} · {self.organisation_id} · {self.moment}"
