"""The outbox: one row per mail, and a line of log per presentation to the mail server."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.identifiers.models import Identified
from mecenova.mail.enums import Attempt, Category, MailStatus, Unsent, in_words
from mecenova.mail.models.preference import MailPreference

if TYPE_CHECKING:
    from accounts.models import User
    from mecenova.mail.models.digest import DigestLine


# The name under which ready-made mails (codes, reset links) are kept: no class stands behind it.
MESSAGE = "message"
LONGEST_SUBJECT = 255
# When a mail, or a line of a digest, is taken up: put off, it stays due when it was.
NEXT_TRY = Coalesce("retry_at", "due_at")
# Not gone so long after it was due, a mail is for the team to look at; the public promise counts the same.
LATE_AFTER = timedelta(hours=1)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def claimable(self, moment: datetime) -> Self:
        """Due mails, and mails whose sender died or never knew the outcome: their lease has run out."""
        due = Q(status=MailStatus.PENDING, next_try__lte=moment)
        abandoned = Q(status=MailStatus.SENDING, lease_until__lte=moment)
        return self.alias(next_try=NEXT_TRY).filter(due | abandoned)

    def in_hand(self, moment: datetime) -> Self:
        """Leased by a sender that still has the time to say what became of it."""
        return self.filter(status=MailStatus.SENDING, lease_until__gt=moment)

    def for_delivery(self) -> Self:
        """Each says where it goes (`goes_to`), whether nothing is received there (`in_trouble`), and of which
        groups its reader wants nothing (`declined`).
        """
        present = When(to_person=True, recipient__is_active=True, then=F("recipient__email"))
        rows = self.annotate(goes_to=Case(present, default=F("address")))
        troubles = apps.get_model("mail", "AddressTrouble").objects.open()
        refusals = MailPreference.objects.filter(user=OuterRef("recipient"), wanted=False)
        return rows.annotate(
            in_trouble=Exists(troubles.filter(address=OuterRef("goes_to"))),
            declined=ArraySubquery(refusals.values("group")),
        )

    def waiting(self) -> Self:
        # One by one: each has an index of its own, and a list of both would be looked for in neither.
        return self.filter(Q(status=MailStatus.PENDING) | Q(status=MailStatus.SENDING))

    def failed(self) -> Self:
        """Mails that a person must look at: nobody will receive them otherwise."""
        return self.filter(status=MailStatus.FAILED)

    def overdue(self, moment: datetime) -> Self:
        """Should have left an hour before, and has not; what was only put off to the morning is not late."""
        limit = moment - LATE_AFTER
        tried_in_vain = Q(next_try__lte=limit) | ~Q(last_error="")
        return self.waiting().alias(next_try=NEXT_TRY).filter(tried_in_vain, due_at__lte=limit)

    def over(self) -> Self:
        """Sent, cancelled or failed: delivery will not look at them again by itself."""
        return self.exclude(status__in=[MailStatus.PENDING, MailStatus.SENDING])

    def remembered(self) -> Self:
        """Those whose words are still kept."""
        return self.filter(forgotten_at__isnull=True)

    def retriable(self) -> Self:
        """Failed, or held back while the address received nothing; as long as there is something to send."""
        return self.remembered().filter(
            Q(status=MailStatus.FAILED) | Q(status=MailStatus.CANCELLED, last_error=Unsent.IN_TROUBLE)
        )

    def sent(self) -> Self:
        return self.filter(status=MailStatus.SENT)

    def readable_by(self, user: "User") -> Self:
        """One's own mails; the staff reads everybody's. Secrets inside are hidden by the page."""
        return self if user.is_staff else self.filter(recipient=user)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class OutgoingMail(Identified):
    """One mail to one address, unique by `key`; `message_id` is drawn from the key and never changes.

    `due_at` is when it was to leave, `settled_at` when it first ended, whichever way: promises are counted on
    both, so neither is ever rewritten. An attempt put off is in `retry_at`.
    """

    # Only where it was read `for_delivery`.
    goes_to: str
    in_trouble: bool
    declined: list[str]
    # Of a weekly digest, when they were read for several at once.
    lines_to_tell: "list[DigestLine] | None" = None

    key = models.CharField("clé", max_length=300, unique=True, editable=False)
    notification = models.CharField("modèle", max_length=120)
    category = models.CharField("catégorie", max_length=20, choices=Category)
    groups = ArrayField(
        models.CharField(max_length=60),
        verbose_name="groupes d’information",
        default=list,
        blank=True,
        help_text="Ce que la personne refuse en se désabonnant. Vide pour ce qui part toujours.",
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="destinataire",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="mails",
    )
    address = AddressField("adresse", max_length=320)
    to_person = models.BooleanField(
        "suit la personne",
        default=False,
        db_default=False,
        help_text="À l’adresse que la personne a ce jour-là. Sinon à celle-ci, qu’il vérifie ou avertit.",
    )
    urgent = models.BooleanField(
        "répond à un geste",
        default=False,
        db_default=False,
        help_text="Quelqu’un l’attend devant son écran\u00a0: il part avant les autres.",
    )
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT)
    text = models.TextField("texte")
    html = models.TextField("HTML", blank=True)
    confidential = models.BooleanField(
        "confidentiel",
        default=False,
        help_text="Contient un code personnel\u00a0: le site ne le montre à personne.",
    )
    subject_type = models.ForeignKey(
        ContentType,
        verbose_name="type d’objet",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    subject_id = models.UUIDField("identifiant de l’objet", null=True, blank=True)
    about = GenericForeignKey("subject_type", "subject_id")
    status = models.CharField("état", max_length=20, choices=MailStatus, default=MailStatus.PENDING)
    due_at = models.DateTimeField("à envoyer à partir de")
    retry_at = models.DateTimeField("prochain essai le", null=True, blank=True)
    lease_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    handed_over = models.BooleanField(
        "remis au serveur depuis sa réservation", default=False, db_default=False
    )
    attempts = models.PositiveSmallIntegerField("présentations au serveur", default=0)
    uncertain = models.PositiveSmallIntegerField("issues inconnues", default=0)
    last_error = models.TextField("dernière erreur", blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    settled_at = models.DateTimeField("envoyé, annulé ou en échec le", null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=200, unique=True, editable=False)
    created_at = models.DateTimeField("écrit le", default=clock.now, editable=False)
    forgotten_at = models.DateTimeField("mots effacés le", null=True, blank=True, editable=False)

    objects: ClassVar[OutgoingMailQuerySet] = OutgoingMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(NEXT_TRY, condition=Q(status="pending"), name="mail_next_try"),
            models.Index(fields=["lease_until"], condition=Q(status="sending"), name="mail_leased"),
            models.Index(fields=["created_at"], condition=Q(status="failed"), name="mail_failed"),
            models.Index(fields=["-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["recipient", "-created_at"], name="mail_of_recipient"),
            models.Index(fields=["subject_type", "subject_id"], name="mail_about"),
            # By its beginning too, which the order of the database's letters would not serve.
            models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="mail_to_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(status="sending", lease_until__isnull=False)
                | (~Q(status="sending") & Q(lease_until__isnull=True)),
                name="mail_sending_has_its_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "cancelled"]) | ~Q(last_error=""),
                name="mail_given_up_says_why",
            ),
            models.CheckConstraint(
                condition=Q(subject_type__isnull=True, subject_id__isnull=True)
                | Q(subject_type__isnull=False, subject_id__isnull=False),
                name="mail_subject_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(to_person=False) | Q(recipient__isnull=False), name="mail_to_person_has_one"
            ),
            models.CheckConstraint(condition=Q(status__in=MailStatus.values), name="mail_status_known"),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True)
                | Q(subject="", text="", html="", address="")
                & ~Q(status__in=[MailStatus.PENDING, MailStatus.SENDING]),
                name="mail_forgotten_says_nothing",
            ),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="mail_category_known"),
        ]

    def __str__(self) -> str:
        return f"{self.notification} ({self.get_status_display()})"

    def get_absolute_url(self) -> str:
        return reverse("mail:message", args=[self.pk])

    @property
    def occurrence(self) -> str:
        """Which time it is that this notification tells this person of this subject."""
        parts = self.key.split(":", 3)
        return parts[3] if len(parts) == 4 else ""

    @property
    def is_retriable(self) -> bool:
        held_back = self.status == MailStatus.CANCELLED and self.last_error == Unsent.IN_TROUBLE
        return self.forgotten_at is None and (self.status == MailStatus.FAILED or held_back)

    @property
    def leaves_at(self) -> datetime | None:
        """Of one that waits for its moment, when that is."""
        moment = self.retry_at or self.due_at
        return moment if self.status == MailStatus.PENDING and moment > clock.now() else None

    @property
    def shown_subject(self) -> str:
        """The subject as the site shows it: the code of a confidential mail is often in it."""
        if self.confidential:
            return "Message confidentiel"
        return self.subject if self.forgotten_at is None else "Ancien message"

    @property
    def why_unsent(self) -> str:
        return in_words(self.last_error)

    @property
    def tone(self) -> str:
        """How its state is coloured, beside its words."""
        return {MailStatus.SENT.value: "good", MailStatus.FAILED.value: "bad"}.get(self.status, "neutral")


class DeliveryAttemptQuerySet(models.QuerySet["DeliveryAttempt"]):
    def since_accepted(self) -> Self:
        """Presented since the server last took one."""
        accepted = DeliveryAttempt.objects.filter(outcome=Attempt.SENT).order_by("-at").values("at")[:1]
        return self.annotate(accepted_at=Subquery(accepted)).filter(
            Q(accepted_at__isnull=True) | Q(at__gt=F("accepted_at"))
        )

    def refusing_all(self) -> Self:
        """By which the server has said that it refuses us, and still does; none of them: it works."""
        return self.since_accepted().filter(outcome=Attempt.ALL)


class DeliveryAttempt(Identified):
    """One presentation of a mail to the server, and what came of it. Nothing in it names a person."""

    mail = models.ForeignKey(
        OutgoingMail, verbose_name="courriel", on_delete=models.CASCADE, related_name="log"
    )
    at = models.DateTimeField("présenté le", default=clock.now)
    outcome = models.CharField("issue", max_length=20, choices=Attempt)
    detail = models.CharField("réponse du serveur", max_length=300, blank=True)

    objects: ClassVar[DeliveryAttemptQuerySet] = DeliveryAttemptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "présentation au serveur"
        verbose_name_plural = "présentations au serveur"
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["at"], name="attempt_at"),
            models.Index(fields=["at"], condition=Q(outcome="all"), name="attempt_refusing_all"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Attempt.values), name="attempt_outcome_known")
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

    @property
    def said(self) -> str:
        return in_words(self.detail)
