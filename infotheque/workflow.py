"""How a document moves from state to state."""

from infotheque.enums import DocumentStatus
from mecenova.workflow.machine import Transition, Workflow

DOCUMENT = Workflow(
    "document",
    [
        Transition(
            "publish",
            frozenset({DocumentStatus.DRAFT}),
            DocumentStatus.PUBLISHED,
            "équipe IMS",
        ),
        Transition(
            "withdraw",
            frozenset({DocumentStatus.PUBLISHED}),
            DocumentStatus.DRAFT,
            "équipe IMS",
        ),
    ],
    labels=DocumentStatus.choices,
)
