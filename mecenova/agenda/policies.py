"""Who may do what with the agenda's own pages: the team, and the members of the organisation concerned."""

from typing import TYPE_CHECKING, Any

from mecenova.agenda import organisations
from mecenova.team import is_staff

if TYPE_CHECKING:
    from uuid import UUID

    from mecenova.agenda.models import Slot


def can_book_for(user: Any, organisation_id: "UUID") -> bool:
    """Those who work for the organisation, and the team for whoever calls."""
    return is_staff(user) or organisations.is_member(user, organisation_id)


def can_see_booking(user: Any, slot: "Slot") -> bool:
    """The team, and the organisation that booked it."""
    if is_staff(user):
        return True
    organisation_id = slot.booked_by_organisation_id
    return organisation_id is not None and organisations.is_member(user, organisation_id)
