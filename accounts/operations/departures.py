"""What an organisation would end by leaving, said before it does."""

from typing import Any, NamedTuple

from accounts import signals
from accounts.models import Organisation
from mecenova.agenda.models import Slot
from mecenova.ui.figures import integer


class Ending(NamedTuple):
    """So many of one thing, in French."""

    number: int
    one: str
    several: str

    def __str__(self) -> str:
        return f"{integer(self.number)}\u00a0{self.one if self.number == 1 else self.several}"


def what_would_end(organisation: Organisation) -> list[str]:
    """« 1 partenariat en cours », « 3 besoins »: each room counts its own; nothing of what it has none of."""
    answers: list[tuple[Any, Any]] = signals.organisation_leaving.send(
        Organisation, organisation=organisation
    )
    ahead = Slot.objects.to_hold().of_organisation(organisation.pk).count()
    endings = [ending for _, several in answers for ending in several]
    return [str(one) for one in (*endings, Ending(ahead, "rendez-vous", "rendez-vous")) if one.number]
