"""How a need moves from state to state."""

from companies.enums import NeedStatus
from mecenova.workflow.machine import Transition, Workflow

NEED = Workflow(
    "need",
    [
        Transition(
            "publish",
            frozenset({NeedStatus.DRAFT, NeedStatus.CLOSED}),
            NeedStatus.PUBLISHED,
            "membre de l’entreprise",
        ),
        Transition(
            "close",
            frozenset({NeedStatus.DRAFT, NeedStatus.PUBLISHED}),
            NeedStatus.CLOSED,
            "membre de l’entreprise ou équipe IMS",
        ),
    ],
    starts=[NeedStatus.DRAFT],
    labels=NeedStatus.choices,
)
