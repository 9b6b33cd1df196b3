"""How a document, a file on its way in and a tip move from state to state."""

from infotheque.enums import PUBLIC_STATUSES, UNPUBLISHED_STATUSES, DepositStatus, DocumentStatus, TipStatus
from mecenova.workflow.machine import Transition, Workflow

_TEAM = "équipe IMS"

DOCUMENT = Workflow(
    "document",
    [
        Transition("submit", frozenset({DocumentStatus.DRAFT}), DocumentStatus.IN_REVIEW, _TEAM),
        Transition("send_back", frozenset({DocumentStatus.IN_REVIEW}), DocumentStatus.DRAFT, _TEAM),
        Transition(
            "publish",
            frozenset({*UNPUBLISHED_STATUSES, DocumentStatus.ARCHIVED}),
            DocumentStatus.PUBLISHED,
            f"{_TEAM} (une deuxième personne quand la relecture est obligatoire)",
        ),
        Transition(
            "doubt",
            frozenset({DocumentStatus.PUBLISHED}),
            DocumentStatus.TO_VERIFY,
            f"{_TEAM}, l’agenda à la date de relecture, ou un lien qui ne répond plus",
        ),
        Transition("verify", frozenset(PUBLIC_STATUSES), DocumentStatus.PUBLISHED, _TEAM),
        Transition("withdraw", frozenset(PUBLIC_STATUSES), DocumentStatus.DRAFT, _TEAM),
        Transition(
            "archive",
            frozenset({*PUBLIC_STATUSES, *UNPUBLISHED_STATUSES}),
            DocumentStatus.ARCHIVED,
            _TEAM,
        ),
        Transition("take_up", frozenset({DocumentStatus.ARCHIVED}), DocumentStatus.DRAFT, _TEAM),
    ],
    starts=[DocumentStatus.DRAFT],
    labels=DocumentStatus.choices,
)

TIP = Workflow(
    "tip",
    [
        Transition("accept", frozenset({TipStatus.WAITING}), TipStatus.ACCEPTED, _TEAM),
        Transition("decline", frozenset({TipStatus.WAITING}), TipStatus.DECLINED, _TEAM),
    ],
    starts=[TipStatus.WAITING],
    labels=TipStatus.choices,
)

DEPOSITED_FILE = Workflow(
    "depositedfile",
    [
        Transition("keep", frozenset({DepositStatus.WAITING}), DepositStatus.KEPT, "le lecteur de fichiers"),
        Transition(
            "recognise", frozenset({DepositStatus.WAITING}), DepositStatus.KNOWN, "le lecteur de fichiers"
        ),
        Transition(
            "refuse", frozenset({DepositStatus.WAITING}), DepositStatus.REFUSED, "le lecteur de fichiers"
        ),
    ],
    starts=[DepositStatus.WAITING],
    labels=DepositStatus.choices,
)
