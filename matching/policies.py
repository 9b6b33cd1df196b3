"""Who may do what with suggestions. Nothing here writes."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.policies import is_member
from associations import policies as associations_policies
from associations.models import Project
from matching.models import Diagnosis, Suggestion
from mecenova.team import is_staff

Person = User | AnonymousUser


def can_view_suggestion(user: Person, suggestion: Suggestion) -> bool:
    """The company it was made to, and staff. The association has its own page for it."""
    return is_staff(user) or is_member(user, suggestion.company.organisation)


def can_answer_suggestion(user: Person, suggestion: Suggestion) -> bool:
    """Only the company answers; staff never answers for it."""
    return is_member(user, suggestion.company.organisation) and suggestion.company.organisation.is_checked


def can_be_diagnosed(project: Project) -> bool:
    """Published and proposed today, by an association that is checked and wishes to be written to."""
    return project.is_proposed and project.association.is_open_to_companies


def can_view_diagnosis(user: Person, diagnosis: Diagnosis) -> bool:
    """The association's own team, and staff."""
    return associations_policies.can_edit_project(user, diagnosis.project)


def can_choose(user: Person, diagnosis: Diagnosis) -> bool:
    """The association decides; staff does with it on the telephone."""
    return can_view_diagnosis(user, diagnosis)


def can_run_round(user: Person | None) -> bool:
    """The system (None), and staff."""
    return user is None or is_staff(user)


def require_can_run_round(user: Person | None) -> None:
    if not can_run_round(user):
        raise PermissionDenied
