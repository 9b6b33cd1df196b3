"""Who may see and do what with a company and its needs. Objects that may not be seen answer 404."""

from django.contrib.auth.models import AnonymousUser

from accounts.enums import LISTED_STATUSES, OrganisationStatus
from accounts.models import User
from accounts.policies import is_manager, is_member
from companies.enums import NeedStatus
from companies.models import Company, Need

Reader = User | AnonymousUser


def can_see_company(user: Reader, company: Company) -> bool:
    """Listed companies are public; one that is being checked is seen by its members and staff; one that left by nobody."""
    status = company.organisation.status
    return status in LISTED_STATUSES or (status != OrganisationStatus.LEFT and _is_inside(user, company))


def can_edit_company(user: Reader, company: Company) -> bool:
    """The profile and the policy commit the company: its managers, or staff for it."""
    if company.organisation.status == OrganisationStatus.LEFT or not isinstance(user, User):
        return False
    return user.is_staff or is_manager(user, company.organisation)


def can_set_policy(user: Reader, company: Company) -> bool:
    return can_edit_company(user, company)


def can_record_call(user: Reader, company: Company) -> bool:
    """Staff note that they talked with the company; the clock of its silence starts again."""
    return isinstance(user, User) and user.is_staff and company.organisation.status != OrganisationStatus.LEFT


def can_create_need(user: Reader, company: Company) -> bool:
    """Every member may state a need: the people who know it are rarely those who manage the account."""
    if company.organisation.status == OrganisationStatus.LEFT or not isinstance(user, User):
        return False
    return user.is_staff or is_member(user, company.organisation)


def can_see_need(user: Reader, need: Need) -> bool:
    """What was published by a checked company stays readable once closed: links in mails keep their meaning."""
    status = need.company.organisation.status
    if status == OrganisationStatus.LEFT:
        return False
    was_published = need.status != NeedStatus.DRAFT and need.published_at is not None
    return (was_published and status == OrganisationStatus.CHECKED) or _is_inside(user, need.company)


def can_edit_need(user: Reader, need: Need) -> bool:
    return need.status != NeedStatus.CLOSED and can_create_need(user, need.company)


def can_publish_need(user: Reader, need: Need) -> bool:
    return can_create_need(user, need.company)


def can_close_need(user: Reader, need: Need) -> bool:
    return can_create_need(user, need.company)


def _is_inside(user: Reader, company: Company) -> bool:
    return isinstance(user, User) and (user.is_staff or is_member(user, company.organisation))
