"""Who may do what with an association and its projects. What a person may not see is a 404 for them."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from accounts import policies as accounts_policies
from accounts.enums import LISTED_STATUSES, OrganisationKind, OrganisationStatus
from accounts.models import Organisation, User
from associations.enums import ProjectStatus
from associations.models import Ask, Association, Project
from mecenova.calendar import clock
from mecenova.team import is_staff

Visitor = User | AnonymousUser
LONGEST_PAUSE_DAYS = 366


def can_view_association(user: Visitor, association: Association) -> bool:
    """Checked and imported ones are public, a new one is seen from inside only, a gone one by nobody."""
    if association.organisation.has_left:
        return False
    return association.organisation.status in LISTED_STATUSES or _is_inside(user, association)


def can_edit_association(user: Visitor, association: Association) -> bool:
    return not association.organisation.has_left and _is_inside(user, association)


def can_see_learning(user: Visitor, association: Association) -> bool:
    """How many steps of the path are done: its own people, and checked companies when it wishes so."""
    if _is_inside(user, association):
        return True
    return association.shows_learning and _is_of_a_checked_company(user)


def can_create_project(user: Visitor, association: Association) -> bool:
    """Only of an association that somebody answers for: members, never staff in their place."""
    away = association.organisation.status in {OrganisationStatus.LEFT, OrganisationStatus.UNCLAIMED}
    return not away and _is_member(user, association)


def can_claim(user: Visitor, association: Association) -> bool:
    """Somebody of an imported association makes themselves known; the team decides."""
    organisation = association.organisation
    return organisation.is_unclaimed and accounts_policies.can_claim(user, organisation)


def can_solicit(user: Visitor, association: Association) -> bool:
    """A company's member may ask an association that wishes to be asked, now."""
    return association.is_open_to_companies and _is_of_a_checked_company(user)


def reads_as(user: Visitor) -> str:
    """« visitor », « newcomer », « company » or « other »: what a reader from outside can do next."""
    if not isinstance(user, User):
        return "visitor"
    kinds = set(Organisation.objects.of(user).values_list("kind", flat=True))
    if not kinds:
        return "newcomer"
    return "company" if OrganisationKind.COMPANY in kinds else "other"


def can_view_project(user: Visitor, project: Project) -> bool:
    """Once published by a checked association, its page stays readable even closed: links lead to it."""
    association = project.association
    if association.organisation.has_left:
        return False
    shown = project.status != ProjectStatus.DRAFT and project.published_at is not None
    return (shown and association.organisation.is_checked) or _is_inside(user, association)


def can_edit_project(user: Visitor, project: Project) -> bool:
    return can_edit_association(user, project.association)


def can_publish_project(user: Visitor, project: Project) -> bool:
    return can_create_project(user, project.association)


def can_close_project(user: Visitor, project: Project) -> bool:
    return can_edit_project(user, project)


def why_no_pause_until(day: date) -> str:
    """Why no project may be in pause until that day, and what to do; nothing when it may."""
    days = (day - clock.today()).days
    if days < 1:
        return "Choisissez une date à venir pour la fin de la pause."
    if days > LONGEST_PAUSE_DAYS:
        return "Choisissez une date dans les douze mois. Pour arrêter plus longtemps, clôturez le projet."
    return ""


def can_edit_ask(user: Visitor, ask: Ask) -> bool:
    return can_edit_project(user, ask.project)


def _is_member(user: Visitor, association: Association) -> bool:
    return isinstance(user, User) and accounts_policies.is_member(user, association.organisation)


def _is_inside(user: Visitor, association: Association) -> bool:
    return is_staff(user) or _is_member(user, association)


def _is_of_a_checked_company(user: Visitor) -> bool:
    companies = Organisation.objects.filter(kind=OrganisationKind.COMPANY).checked()
    return isinstance(user, User) and companies.of(user).exists()
