"""How an organisation and a claim on it move from state to state."""

from accounts.enums import ClaimStatus, OrganisationStatus
from mecenova.workflow.machine import Transition, Workflow

ORGANISATION = Workflow(
    "organisation",
    [
        Transition(
            "check",
            frozenset(
                {
                    OrganisationStatus.TO_CHECK,
                    OrganisationStatus.CHANGES_ASKED,
                    OrganisationStatus.UNCLAIMED,
                }
            ),
            OrganisationStatus.CHECKED,
            "équipe IMS",
        ),
        Transition(
            "ask_for_changes",
            frozenset({OrganisationStatus.TO_CHECK}),
            OrganisationStatus.CHANGES_ASKED,
            "équipe IMS",
        ),
        Transition(
            "resubmit",
            frozenset({OrganisationStatus.CHANGES_ASKED}),
            OrganisationStatus.TO_CHECK,
            "membre de l’organisme",
        ),
        Transition(
            "leave",
            frozenset(
                {
                    OrganisationStatus.UNCLAIMED,
                    OrganisationStatus.TO_CHECK,
                    OrganisationStatus.CHANGES_ASKED,
                    OrganisationStatus.CHECKED,
                }
            ),
            OrganisationStatus.LEFT,
            "responsable de l’organisme, équipe IMS, ou le départ de sa dernière personne",
        ),
        Transition(
            "come_back",
            frozenset({OrganisationStatus.LEFT}),
            OrganisationStatus.CHECKED,
            "équipe IMS, en acceptant une demande",
        ),
    ],
    starts=[OrganisationStatus.UNCLAIMED, OrganisationStatus.TO_CHECK, OrganisationStatus.CHECKED],
    labels=OrganisationStatus.choices,
)

CLAIM = Workflow(
    "claim",
    [
        Transition(
            "accept",
            frozenset({ClaimStatus.WAITING}),
            ClaimStatus.ACCEPTED,
            "équipe IMS",
        ),
        Transition(
            "refuse",
            frozenset({ClaimStatus.WAITING}),
            ClaimStatus.REFUSED,
            "équipe IMS",
        ),
    ],
    starts=[ClaimStatus.WAITING],
    labels=ClaimStatus.choices,
)
