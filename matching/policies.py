"""Who may do what with suggestions. Nothing here writes."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.policies import is_member, is_staff
from matching.models import Suggestion

Person = User | AnonymousUser


def can_view_suggestion(user: Person, suggestion: Suggestion) -> bool:
    """The company it was made to, and staff. The association has its own page for it."""
    return is_staff(user) or is_member(user, suggestion.company.organisation)


def can_answer_suggestion(user: Person, suggestion: Suggestion) -> bool:
    """Only the company answers; staff never answers for it."""
    return is_member(user, suggestion.company.organisation) and suggestion.company.organisation.is_checked


def can_run_round(user: Person | None) -> bool:
    """The system (None), and staff."""
    return user is None or is_staff(user)


def require_can_run_round(user: Person | None) -> None:
    if not can_run_round(user):
        raise PermissionDenied
