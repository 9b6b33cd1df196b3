"""What the team's baskets count before a line shows: delays that the team sets."""

from mecenova.agenda.enums import Owner
from mecenova.agenda.rules import Delay, register_delay


@register_delay
class LongIncomplete(Delay):
    """Counted from the check."""

    name = "pages.long_incomplete"
    title = "Montrer à l’équipe une fiche d’association restée incomplète"
    owner = Owner.STAFF
    days = (15,)
