"""How a project moves from state to state."""

from associations.enums import ProjectStatus
from mecenova.workflow.machine import Transition, Workflow

PROJECT = Workflow(
    "project",
    [
        Transition(
            "publish",
            frozenset({ProjectStatus.DRAFT, ProjectStatus.CLOSED}),
            ProjectStatus.PUBLISHED,
            "membre de l’association",
        ),
        Transition(
            "close",
            frozenset({ProjectStatus.DRAFT, ProjectStatus.PUBLISHED}),
            ProjectStatus.CLOSED,
            "membre de l’association, équipe IMS, l’agenda (brouillon oublié), ou un départ",
        ),
    ],
    starts=[ProjectStatus.DRAFT],
    labels=ProjectStatus.choices,
)
