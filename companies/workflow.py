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
            "membre de l’entreprise, ou un import quand personne ne la tient",
        ),
        Transition(
            "close",
            frozenset({NeedStatus.DRAFT, NeedStatus.PUBLISHED}),
            NeedStatus.CLOSED,
            "membre de l’entreprise, équipe IMS, l’agenda (besoin passé, brouillon oublié), ou un départ",
        ),
    ],
    starts=[NeedStatus.DRAFT],
    labels=NeedStatus.choices,
)
