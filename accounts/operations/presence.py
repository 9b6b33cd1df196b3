"""Where all of a team are away, their organisation is; whoever joins one can be called."""

from accounts.followups import MendAddress
from accounts.models import Organisation, User, addresses_to_mend
from mecenova.agenda import operations as agenda


def follow_members(*organisations: Organisation) -> None:
    """Each is away on the days when all its active members are: asked again when they change. What was on its
    way to somebody who has left goes to whoever stays.

    The caller holds them.
    """
    for organisation in organisations:
        people = organisation.members.filter(is_active=True).values_list("pk", flat=True)
        agenda.follow_members(organisation_id=organisation.pk, people=list(people))
        agenda.tell_who_stays(organisation_id=organisation.pk)


def follow_addresses_of(person: User) -> None:
    """Somebody whom the team can call from now on: an address of theirs that receives nothing is to mend."""
    for trouble in addresses_to_mend().filter(address=person.email):
        agenda.start(MendAddress, trouble)
