"""An adviser's slots, and the requests for one when none is free."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified, new_key
from mecenova.ui.figures import day_and_hour

SHORTEST, MINUTES, LONGEST = 5, 20, 120
BOOKED = Q(
    booked_at__isnull=False,
    booked_by_organisation_id__isnull=False,
    booked_for_type__isnull=False,
    booked_for_id__isnull=False,
)
NOT_BOOKED = Q(
    booked_at__isnull=True,
    booked_by_organisation_id__isnull=True,
    booked_for_type__isnull=True,
    booked_for_id__isnull=True,
    booked_by__isnull=True,
    held_at__isnull=True,
)


class SlotQuerySet(models.QuerySet["Slot"]):
    def standing(self) -> Self:
        """Those that no adviser has withdrawn."""
        return self.filter(cancelled_at__isnull=True)

    def free(self, moment: datetime) -> Self:
        """What somebody can still choose: not taken, not withdrawn, not begun, its adviser still there."""
        return self.standing().filter(
            booked_at__isnull=True,
            starts_at__gt=moment,
            adviser__is_active=True,
            adviser__is_staff=True,
        )

    def booked(self) -> Self:
        return self.standing().filter(booked_at__isnull=False)

    def to_hold(self) -> Self:
        """Booked, and not held yet: an adviser owes the conversation."""
        return self.booked().filter(held_at__isnull=True)

    def ahead(self) -> Self:
        return self.filter(starts_at__gt=clock.now())

    def begun(self) -> Self:
        return self.filter(starts_at__lte=clock.now())

    def during(self, starts: datetime, ends: datetime) -> Self:
        """Those that take some of this time."""
        until = ExpressionWrapper(F("starts_at") + F("minutes") * timedelta(minutes=1), DateTimeField())
        return self.alias(until=until).filter(starts_at__lt=ends, until__gt=starts)

    def of_organisation(self, organisation_id: uuid.UUID) -> Self:
        return self.filter(booked_by_organisation_id=organisation_id)


class Slot(Identified):
    """Some minutes of an adviser's time, taken by one organisation at most."""

    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="conseil", on_delete=models.CASCADE, related_name="slots"
    )
    starts_at = models.DateTimeField("commence le")
    minutes = models.PositiveSmallIntegerField("durée en minutes", default=MINUTES)
    booked_by_organisation_id = models.UUIDField("organisme", null=True, blank=True, db_index=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="réservé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="booked_slots",
    )
    booked_for_type = models.ForeignKey(
        ContentType,
        verbose_name="au sujet de (type)",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    booked_for_id = models.UUIDField("au sujet de", null=True, blank=True)
    booked_for = GenericForeignKey("booked_for_type", "booked_for_id")
    booked_at = models.DateTimeField("réservé le", null=True, blank=True)
    held_at = models.DateTimeField("tenu le", null=True, blank=True)
    cancelled_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects: ClassVar[SlotQuerySet] = SlotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "créneau"
        verbose_name_plural = "créneaux"
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(cancelled_at__isnull=True), name="slot_ahead")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["adviser", "starts_at"],
                condition=Q(cancelled_at__isnull=True),
                name="one_slot_at_a_time",
            ),
            models.CheckConstraint(condition=BOOKED | NOT_BOOKED, name="slot_booked_whole_or_not_at_all"),
            models.CheckConstraint(
                condition=Q(minutes__range=(SHORTEST, LONGEST)), name="slot_lasts_some_minutes"
            ),
        ]

    @property
    def booked_about(self) -> tuple[ContentType, uuid.UUID] | None:
        """Type and key of what they will talk about; None while it is free."""
        if self.booked_for_type is None or self.booked_for_id is None:
            return None
        return self.booked_for_type, self.booked_for_id

    @property
    def talked_about(self) -> Any:
        """A project, a partnership: nothing when they talk of the organisation itself, or it has gone."""
        if self.booked_for_id == self.booked_by_organisation_id:
            return None
        return None if isinstance(self.booked_for, Slot | SlotRequest) else self.booked_for

    def __str__(self) -> str:
        return f"Rendez-vous du {day_and_hour(self.starts_at)}"

    def get_absolute_url(self) -> str:
        return reverse("agenda:slot", args=[self.pk])

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_booked(self) -> bool:
        return self.booked_at is not None and self.cancelled_at is None

    @property
    def was_missed(self) -> bool:
        """Booked, its hour came, and they did not talk: said by one of the two."""
        return (
            self.booked_at is not None
            and self.cancelled_at is not None
            and self.cancelled_at >= self.starts_at
        )

    @property
    def booking(self) -> str:
        """What tells this booking from the slot's former ones: one mail for each."""
        return f"{self.booked_at:%Y%m%d%H%M%S%f}" if self.booked_at else ""

    @property
    def key_of_booking(self) -> tuple[uuid.UUID, str]:
        """What is decided of this booking is not decided of the slot's next one."""
        return self.pk, self.booking

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing_at(self, slot: Slot) -> Self:
        """Of this booking, none of the slot's former ones."""
        return self.filter(slot=slot, booked_at=slot.booked_at)


class Appointment(Identified):
    """One event of people's calendars, wherever it moves: its name, and how many times it has changed.

    Calendars know it again by `uid`, and take what they are told for news when `sequence` has grown.
    """

    slot = models.ForeignKey(
        Slot, verbose_name="créneau", on_delete=models.CASCADE, related_name="appointments"
    )
    # Which of the slot's bookings it stands at, or stood at last.
    booked_at = models.DateTimeField("réservé le")
    uid = models.CharField("identifiant dans les agendas", max_length=120, unique=True, editable=False)
    sequence = models.PositiveIntegerField("changements annoncés", default=0)

    objects: ClassVar[AppointmentQuerySet] = AppointmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"

    def __str__(self) -> str:
        return self.uid

    @classmethod
    def new(cls, slot: Slot) -> "Appointment":
        key = new_key(cls)
        return cls(pk=key, uid=f"{key}@mecenova").standing_at(slot)

    @classmethod
    def at(cls, slot: Slot) -> "Appointment":
        """The one of this booking; made before appointments were kept, as it was told then."""
        found = cls.objects.standing_at(slot).first()
        return found or cls(uid=f"{slot.pk}-{slot.booking}@mecenova").standing_at(slot)

    def standing_at(self, slot: Slot) -> "Appointment":
        if slot.booked_at is None:
            raise ValueError("Nobody has booked this slot")
        self.slot, self.booked_at = slot, slot.booked_at
        return self


# Told that slots are free, they have so many days to choose one, and are owed a date if all are taken before.
TIME_TO_CHOOSE = timedelta(days=14)


class SlotRequestQuerySet(models.QuerySet["SlotRequest"]):
    def waiting(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def told_since(self, moment: datetime) -> Self:
        """Told that slots are free since then: they may still be choosing."""
        return self.filter(told_at__gte=moment)


class SlotRequest(Identified):
    """Somebody wished to talk when no slot was free: the team owes a date."""

    organisation_id = models.UUIDField("organisme")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="demandé par",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    about_type = models.ForeignKey(
        ContentType, verbose_name="au sujet de (type)", on_delete=models.PROTECT, related_name="+"
    )
    about_id = models.UUIDField("au sujet de")
    about = GenericForeignKey("about_type", "about_id")
    asked_at = models.DateTimeField("demandé le", default=clock.now, editable=False)
    closed_at = models.DateTimeField("répondu le", null=True, blank=True)
    # Until they choose one, or leave.
    told_at = models.DateTimeField("créneaux annoncés le", null=True, blank=True, editable=False)

    objects: ClassVar[SlotRequestQuerySet] = SlotRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "demande de rendez-vous"
        verbose_name_plural = "demandes de rendez-vous"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id"],
                condition=Q(closed_at__isnull=True),
                name="one_waiting_slot_request",
            )
        ]

    def __str__(self) -> str:
        return f"Demande de rendez-vous, {day_and_hour(self.asked_at)}"

    def get_absolute_url(self) -> str:
        """Where the team answers it: among the slots, with the number to call."""
        return f"{reverse('agenda:team_slots')}#demandes"
