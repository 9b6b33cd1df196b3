"""What the team's baskets count before a line shows, and the names of what the agenda's rows are about."""

from mecenova.agenda.enums import Owner
from mecenova.agenda.reading import register_guide
from mecenova.agenda.rules import Delay, register_delay
from mecenova.pages.subjects import Subjects

register_guide(Subjects())


@register_delay
class LongIncomplete(Delay):
    """Counted from the check."""

    name = "pages.long_incomplete"
    title = "Montrer à l’équipe une fiche d’association restée incomplète"
    owner = Owner.STAFF
    days = (15,)
