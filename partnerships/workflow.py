"""How an introduction and a partnership move from state to state."""

from mecenova.workflow.machine import Transition, Workflow
from partnerships.enums import OPEN_STATUSES, IntroductionStatus, PartnershipStatus

_WAITING = frozenset({IntroductionStatus.REQUESTED, IntroductionStatus.LATER})
_ANSWERING_SIDE = "côté sollicité"

INTRODUCTION = Workflow(
    "introduction",
    [
        Transition(
            "request",
            frozenset({IntroductionStatus.QUEUED}),
            IntroductionStatus.REQUESTED,
            "une place se libère, ou l’autre côté demande ou refuse de lui-même",
        ),
        Transition("accept", _WAITING, IntroductionStatus.YES, _ANSWERING_SIDE),
        Transition("postpone", _WAITING, IntroductionStatus.LATER, _ANSWERING_SIDE),
        Transition("decline", _WAITING, IntroductionStatus.NO, _ANSWERING_SIDE),
        Transition(
            "rearm",
            frozenset({IntroductionStatus.LATER}),
            IntroductionStatus.REQUESTED,
            "l’agenda",
        ),
        Transition(
            "release",
            frozenset({IntroductionStatus.REQUESTED}),
            IntroductionStatus.RELEASED,
            "l’agenda",
        ),
        Transition(
            "withdraw",
            frozenset(OPEN_STATUSES),
            IntroductionStatus.WITHDRAWN,
            "côté demandeur",
        ),
        Transition(
            "end",
            frozenset(OPEN_STATUSES),
            IntroductionStatus.RELEASED,
            "un des deux organismes part, deux fiches sont réunies, "
            "ou le besoin prend fin avant que la question soit posée ou reposée",
        ),
    ],
    starts=[IntroductionStatus.QUEUED, IntroductionStatus.REQUESTED],
    labels=IntroductionStatus.choices,
)

PARTNERSHIP = Workflow(
    "partnership",
    [
        Transition(
            "agree",
            frozenset({PartnershipStatus.DISCUSSION}),
            PartnershipStatus.AGREED,
            "responsable d’une des parties, ou l’équipe IMS quand c’est contesté",
        ),
        Transition(
            "return_to_matching",
            frozenset({PartnershipStatus.DISCUSSION}),
            PartnershipStatus.RETURNED,
            "les deux réponses, l’agenda ou l’équipe IMS",
        ),
        Transition(
            "abandon",
            frozenset({PartnershipStatus.DISCUSSION}),
            PartnershipStatus.ABANDONED,
            "une des parties, ou son départ du site",
        ),
        Transition(
            "correct_signature",
            frozenset({PartnershipStatus.AGREED}),
            PartnershipStatus.AGREED,
            "responsable d’une des parties",
        ),
        Transition(
            "contest_signature",
            frozenset({PartnershipStatus.AGREED}),
            PartnershipStatus.DISCUSSION,
            "responsable d’une partie qui n’a pas dit que c’est signé",
        ),
        Transition(
            "renew",
            frozenset({PartnershipStatus.AGREED}),
            PartnershipStatus.AGREED,
            "responsable d’une des parties",
        ),
        Transition(
            "end",
            frozenset({PartnershipStatus.AGREED}),
            PartnershipStatus.ENDED,
            "responsable d’une des parties, l’agenda à la date de fin, ou un départ du site",
        ),
    ],
    starts=[PartnershipStatus.DISCUSSION],
    labels=PartnershipStatus.choices,
)
