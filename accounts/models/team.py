from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.enums import OrganisationStatus, Role
from accounts.models.organisation import Organisation
from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.identifiers.models import Identified

if TYPE_CHECKING:
    from accounts.models.user import User

INVITATION_LINKS = "accounts.invitation"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def managers(self) -> Self:
        """Managers who can still act."""
        return self.filter(role=Role.MANAGER, user__is_active=True)

    def alone_in_charge(self, user: "User") -> Self:
        """Of this person, those of organisations still here that nobody else would run."""
        others = Membership.objects.filter(organisation=models.OuterRef("organisation")).managers()
        mine = self.filter(user=user).managers().exclude(organisation__status=OrganisationStatus.LEFT)
        return mine.exclude(models.Exists(others.exclude(user=user)))


class Membership(Identified):
    """A person in an organisation's team; every change locks the organisation first (accounts.operations)."""

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="memberships",
        verbose_name="organisme",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name="personne",
    )
    role = models.CharField("rôle", max_length=20, choices=Role, default=Role.CONTRIBUTOR)
    joined_at = models.DateTimeField("depuis", default=clock.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        ordering = ("joined_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("organisation", "user"), name="membership_once_per_organisation"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.organisation_id}"

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER


_TEAMS = Membership.objects.select_related("user")


def team_of(path: str = "") -> "models.Prefetch[Any]":
    """For `prefetch_related`: the teams of the organisations at this path, people included, in one query."""
    return models.Prefetch(f"{path}__memberships" if path else "memberships", _TEAMS)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Not used yet, whether or not its date has passed."""
        return self.filter(accepted_at__isnull=True)

    def with_senders(self) -> Self:
        """`sender_may_invite`: what policies.can_manage_members says of whoever sent each."""
        managers = Membership.objects.filter(organisation=models.OuterRef("organisation")).managers()
        manages = Q(models.Exists(managers.filter(user=models.OuterRef("invited_by"))))
        steps_in = Q(invited_by__is_staff=True, invited_by__is_active=True) & ~Q(models.Exists(managers))
        may = models.ExpressionWrapper(manages | steps_in, output_field=models.BooleanField())
        return self.annotate(sender_may_invite=may)

    def with_token(self, token: str) -> "Invitation | None":
        """The invitation a link stands for; None when the link was altered or the invitation taken back."""
        try:
            pk = signing.loads(token, salt=INVITATION_LINKS)
        except signing.BadSignature:
            return None
        return self.select_related("organisation", "invited_by").filter(pk=pk).first()


class Invitation(Identified):
    """A manager invites a colleague by e-mail: dated, for one use, for one address."""

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="invitations",
        verbose_name="organisme",
    )
    email = AddressField("adresse e-mail")
    role = models.CharField("rôle", max_length=20, choices=Role, default=Role.CONTRIBUTOR)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name="invité par",
    )
    created_at = models.DateTimeField("envoyée le", default=clock.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acceptée par",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ("-created_at", "id")
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at__isnull=True),
                name="invitation_waits_once_per_address",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | Q(accepted_at__isnull=False),
                name="invitation_accepted_by_somebody_one_day",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.created_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:invitation", args=[signing.dumps(str(self.pk), salt=INVITATION_LINKS)])

    @property
    def is_waiting(self) -> bool:
        return self.accepted_at is None

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= clock.now()
