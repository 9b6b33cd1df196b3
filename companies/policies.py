"""Who may do what with a company and its needs. What a person may not see does not exist for them (404)."""

from django.contrib.auth.models import AnonymousUser

from accounts import policies as accounts_policies
from accounts.enums import LISTED_STATUSES, OrganisationStatus
from accounts.models import User
from companies.models import Company, Need
from mecenova.team import is_staff

Visitor = User | AnonymousUser


def can_view_company(user: Visitor, company: Company) -> bool:
    """Checked and imported ones are public; a new one is for its members and the team; a gone one no more."""
    if company.organisation.has_left:
        return False
    return company.organisation.status in LISTED_STATUSES or _is_inside(user, company)


def can_edit_company(user: Visitor, company: Company) -> bool:
    return not company.organisation.has_left and _is_inside(user, company)


def can_set_policy(user: Visitor, company: Company) -> bool:
    """The policy and the capacity commit the company's time: members, or the team on the phone with them."""
    return can_edit_company(user, company)


def can_record_call(user: Visitor, company: Company) -> bool:
    """The team notes that it talked with the company: the clock of its silence starts again."""
    return not company.organisation.has_left and is_staff(user)


def can_create_need(user: Visitor, company: Company) -> bool:
    """Only of a company that somebody answers for: members, never staff in their place."""
    away = company.organisation.status in {OrganisationStatus.LEFT, OrganisationStatus.UNCLAIMED}
    return not away and _is_member(user, company)


def can_view_need(user: Visitor, need: Need) -> bool:
    """Once published by a checked company, its page stays readable, closed included: links to it exist."""
    company = need.company
    if company.organisation.has_left:
        return False
    shown = not need.is_draft and need.published_at is not None
    return (shown and company.organisation.is_checked) or _is_inside(user, company)


def can_edit_need(user: Visitor, need: Need) -> bool:
    return can_edit_company(user, need.company)


def can_publish_need(user: Visitor, need: Need) -> bool:
    return can_create_need(user, need.company)


def can_close_need(user: Visitor, need: Need) -> bool:
    return can_edit_need(user, need)


def _is_member(user: Visitor, company: Company) -> bool:
    return isinstance(user, User) and accounts_policies.is_member(user, company.organisation)


def _is_inside(user: Visitor, company: Company) -> bool:
    return is_staff(user) or _is_member(user, company)
