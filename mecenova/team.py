"""The team of IMS: who belongs to it, who leads it, and the pages made for it alone."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from accounts.models import User

View = Callable[..., HttpResponse]

# The group of those who take over what is late.
LEADS = "Responsables"


def is_staff(user: Any) -> bool:
    """Whether this person works for IMS today; a visitor, nobody and a closed account do not."""
    return bool(user and user.is_authenticated and user.is_active and user.is_staff)


def team() -> "QuerySet[Any]":
    """Everybody who works for IMS today, in the order in which they came."""
    return (
        get_user_model()._default_manager.filter(is_staff=True, is_active=True).order_by("date_joined", "pk")
    )


def leads(people: "Iterable[User]") -> "list[User]":
    """Of these people, the group « Responsables »; where none of it is, the superusers; without them, all."""
    people = list(people)
    of_group = set(team().filter(groups__name=LEADS).values_list("pk", flat=True))
    return (
        [person for person in people if person.pk in of_group]
        or [person for person in people if person.is_superuser]
        or people
    )


def for_the_team(view: View) -> View:
    """For the team; to anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
