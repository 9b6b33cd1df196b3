"""How a suggestion moves from state to state."""

from matching.enums import SuggestionStatus
from mecenova.workflow.machine import Transition, Workflow

_PRESENTED = frozenset({SuggestionStatus.PRESENTED})

SUGGESTION = Workflow(
    "suggestion",
    [
        Transition(
            "take_interest",
            _PRESENTED,
            SuggestionStatus.INTERESTED,
            "membre de l’entreprise",
        ),
        Transition("decline", _PRESENTED, SuggestionStatus.DECLINED, "membre de l’entreprise"),
        Transition(
            "expire",
            _PRESENTED,
            SuggestionStatus.EXPIRED,
            "le besoin se ferme, l’association n’est plus proposée, un départ, ou un tour la remplace",
        ),
    ],
    starts=[SuggestionStatus.PRESENTED],
    labels=SuggestionStatus.choices,
)
