"""How a file brought by the team moves: tried, confirmed by a person, then written."""

from mecenova.imports.enums import RunStatus
from mecenova.workflow.machine import Transition, Workflow

TEAM, WORKER = "équipe IMS", "plateforme"

IMPORT = Workflow(
    "importrun",
    [
        Transition("present", frozenset({RunStatus.TRYING}), RunStatus.READY, WORKER),
        Transition("refuse", frozenset({RunStatus.TRYING}), RunStatus.REFUSED, WORKER),
        Transition(
            "cancel",
            frozenset({RunStatus.TRYING, RunStatus.READY}),
            RunStatus.CANCELLED,
            TEAM,
        ),
        Transition("confirm", frozenset({RunStatus.READY}), RunStatus.WRITING, TEAM),
        Transition("finish", frozenset({RunStatus.WRITING}), RunStatus.DONE, WORKER),
        Transition(
            "stop",
            frozenset({RunStatus.TRYING, RunStatus.WRITING}),
            RunStatus.STOPPED,
            WORKER,
        ),
        Transition("try_again", frozenset({RunStatus.STOPPED}), RunStatus.TRYING, TEAM),
        Transition("resume", frozenset({RunStatus.STOPPED}), RunStatus.WRITING, TEAM),
    ],
    starts=[RunStatus.TRYING],
    labels=RunStatus.choices,
)
