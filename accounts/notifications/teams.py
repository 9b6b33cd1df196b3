"""Who runs an organisation: how they are found, and where they find their colleagues."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User, team_of
from accounts.policies import is_manager
from mecenova.mail.addresses import absolute_url
from mecenova.mail.notifications import Notification


def managers_of(organisation: Organisation) -> Iterable[User]:
    """Who is written to about it as those who run it; nobody, once it has left."""
    if organisation.has_left:
        return ()
    if (team := organisation.known_team) is not None:
        people = (one.user for one in team if one.role == Role.MANAGER and one.user.is_active)
        return sorted(people, key=lambda person: (person.date_joined, person.pk))
    return User.objects.filter(
        memberships__organisation=organisation, memberships__role=Role.MANAGER, is_active=True
    ).order_by("date_joined", "pk")


def members_url(organisation: Organisation) -> str:
    return absolute_url(reverse("accounts:members", args=[organisation.pk]))


class ToManagers(Notification):
    """About an organisation, for those who run it."""

    reads_many = (team_of(),)

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return managers_of(subject)

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {"dashboard_url": absolute_url(subject.dashboard_path)}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return is_manager(recipient, subject)
