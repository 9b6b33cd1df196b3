from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.db.models.functions import Lower

from accounts.enums import REGISTERING_KINDS, ClaimStatus
from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.identifiers.models import Identified

# What SMTP carries at most (RFC 5321), without its angle brackets.
EMAIL_LENGTH = 254
# Where the address of a closed account is: nowhere.
CLOSED_DOMAIN = "compte-ferme.invalid"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def still_signing_up(self) -> "models.QuerySet[User]":
        """Who came to enter an organisation, and has entered none since, nor asks to join one.

        Their address is confirmed: nobody is written to at one that may be somebody else's.
        """
        confirmed = self.filter(emailaddress__primary=True, emailaddress__verified=True)
        came = confirmed.filter(is_active=True, is_staff=False, memberships=None).exclude(wanted_kind="")
        return came.exclude(claims__status=ClaimStatus.WAITING)


class User(Identified, AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address; what they may do comes from their memberships."""

    email = AddressField("adresse e-mail", max_length=EMAIL_LENGTH, unique=True)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    is_staff = models.BooleanField("équipe IMS", default=False)
    is_active = models.BooleanField("compte actif", default=True)
    date_joined = models.DateTimeField("inscription", default=clock.now, editable=False)
    wanted_kind = models.CharField(
        "inscription pour", max_length=20, choices=REGISTERING_KINDS, blank=True, default="", editable=False
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "personne"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once_whatever_the_case",
                violation_error_message="Cette adresse est déjà utilisée.",
            ),
            models.CheckConstraint(
                condition=models.Q(wanted_kind__in=["", *dict(REGISTERING_KINDS)]),
                name="user_wanted_kind_known",
            ),
        ]

    def __str__(self) -> str:
        """For pages: an account of the team may have no name, and its address is nobody else's to read."""
        return self.get_full_name() or ("l’équipe" if self.is_staff else self.email)

    @property
    def is_closed(self) -> bool:
        """Closed for good, at its owner's wish or by the site; not switched off by the team."""
        return self.email.endswith(f"@{CLOSED_DOMAIN}")

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email
