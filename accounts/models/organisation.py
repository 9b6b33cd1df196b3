import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.enums import LISTED_STATUSES, OrganisationKind, OrganisationStatus, Origin
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.identifiers.names import name_key
from mecenova.reference.models import Territory
from mecenova.search.functions import FrenchVector
from mecenova.workflow import journal

if TYPE_CHECKING:
    from accounts.models.team import Membership
    from accounts.models.user import User

KEY_LENGTH = 250
# Before the trace and the identifier of a record that was erased: no name folds to it.
ERASED_KEY = "(efface)"


def record_key(name: str) -> str:
    """The key stored for a name: unfolding ligatures can make it longer than the name and its column."""
    return name_key(name)[:KEY_LENGTH].rstrip()


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def listed(self) -> Self:
        """Those a visitor may see: imported records, named as unclaimed, and checked members."""
        return self.filter(status__in=LISTED_STATUSES)

    def checked(self) -> Self:
        return self.filter(status=OrganisationStatus.CHECKED)

    def to_check(self) -> Self:
        return self.filter(status=OrganisationStatus.TO_CHECK)

    def named(self, text: str) -> Self:
        """Those of this name; where there is none, those of the name and the town beside its comma."""
        whole = self.filter(name_key=record_key(text))
        name, comma, town = text.rpartition(",")
        if not comma or whole.exists():
            return whole
        return self.filter(name_key=record_key(name), town__iexact=town.strip())

    def names_of(self, keys: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
        """The names of these organisations, by key: who owes a step, in one query."""
        return dict(self.filter(pk__in={key for key in keys if key}).values_list("pk", "name"))

    def same_place(self, organisation: "Organisation") -> Self:
        """Others of its kind in its département, and its namesakes anywhere."""
        place = Q(department=organisation.department_id) if organisation.department_id else Q(pk__in=[])
        near = self.filter(place | Q(name_key=organisation.name_key), kind=organisation.kind)
        return near.exclude(pk=organisation.pk)

    def of(self, user: models.Model) -> Self:
        """Those the person works for today; one that left the site is nobody's any more."""
        return self.filter(memberships__user=user).exclude(status=OrganisationStatus.LEFT)

    def left_by(self, user: models.Model) -> Self:
        """Those that have left the site and whose team the person is still of: the last to leave first."""
        gone = self.filter(memberships__user=user, status=OrganisationStatus.LEFT)
        return gone.order_by("-left_at", "pk")


class Organisation(Identified):
    """Any legal body that can be a party. `status` moves by accounts.workflow.ORGANISATION only."""

    kind = models.CharField("type", max_length=20, choices=OrganisationKind)
    name = models.CharField("nom", max_length=250)
    name_key = models.CharField(max_length=KEY_LENGTH, editable=False)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    town = models.CharField("commune", max_length=120, blank=True)
    department = models.ForeignKey(
        Territory,
        models.PROTECT,
        verbose_name="département du siège",
        null=True,
        blank=True,
        related_name="+",
    )
    website = models.URLField("site internet", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    status = models.CharField(
        "état",
        max_length=20,
        choices=OrganisationStatus,
        default=OrganisationStatus.TO_CHECK,
    )
    origin = models.CharField("origine", max_length=20, choices=Origin, default=Origin.SIGN_UP)
    created_at = models.DateTimeField("créée le", default=clock.now, editable=False)
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True, editable=False)
    left_at = models.DateTimeField("partie le", null=True, blank=True, editable=False)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="organisations"
    )
    search = models.GeneratedField(
        expression=FrenchVector("name"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme"
        ordering = ("name_key", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "name_key", "postal_code"),
                name="organisation_same_record_once",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrganisationStatus.CHECKED) | Q(checked_at__isnull=False),
                name="organisation_checked_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=OrganisationStatus.LEFT, left_at__isnull=False)
                | (~Q(status=OrganisationStatus.LEFT) & Q(left_at__isnull=True)),
                name="organisation_left_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrganisationStatus.values), name="organisation_status_known"
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="organisation_has_a_key"),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^[0-9]{5}$"),
                name="organisation_postal_code_has_five_digits",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="organisation_origin_known"),
        ]
        indexes = [
            GinIndex(fields=("search",), name="organisation_search"),
            models.Index(fields=("kind", "status")),
            models.Index(fields=("name_key",), name="organisation_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_to_check(self) -> bool:
        return self.status == OrganisationStatus.TO_CHECK

    @property
    def is_checked(self) -> bool:
        return self.status == OrganisationStatus.CHECKED

    @property
    def has_left(self) -> bool:
        return self.status == OrganisationStatus.LEFT

    @property
    def is_unclaimed(self) -> bool:
        return self.status == OrganisationStatus.UNCLAIMED

    @property
    def is_erased(self) -> bool:
        """It was erased after it had left: nothing can be told of it any more."""
        return self.name_key.startswith(ERASED_KEY)

    @property
    def is_unattended(self) -> bool:
        """Brought by an import, and nobody answers for it yet: what is owed is owed by the platform."""
        return self.origin == Origin.IMPORT and not self.memberships.exists()

    def active_members(self) -> "list[User]":
        """Who is written to about it: its team, without the closed accounts; nobody, once it has left."""
        if self.has_left:
            return []
        if (team := self.known_team) is not None:
            return sorted((one.user for one in team if one.user.is_active), key=lambda person: person.email)
        return list(self.members.filter(is_active=True).order_by("email"))

    @property
    def known_team(self) -> "list[Membership] | None":
        """Its memberships when they were read with it (`team_of`), and then nothing is asked again."""
        read = getattr(self, "_prefetched_objects_cache", {}).get("memberships")
        return None if read is None else list(read)

    @property
    def dashboard_path(self) -> str:
        """The dashboard opened on this organisation: a person can be of several."""
        return f"{reverse('pages:dashboard')}?organisme={self.pk}"

    def what_is_asked(self) -> str:
        """The words of the team's last request, until it checks: one correction may not be all."""
        if self.status not in {OrganisationStatus.CHANGES_ASKED, OrganisationStatus.TO_CHECK}:
            return ""
        asked = journal.history(self).filter(verb="ask_for_changes").last()
        return asked.note if asked else ""
