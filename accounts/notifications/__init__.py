"""The mails of this room. Whoever has left a team, or closed the account, receives none of them."""

from accounts.notifications.claims import (
    ClaimAccepted,
    ClaimDelayed,
    ClaimReceived,
    ClaimRefused,
    NewcomerByClaim,
    OrganisationBack,
)
from accounts.notifications.letters import (
    INVITATION,
    write_codes_refused,
    write_farewell,
    write_invitation,
    write_second_step_taken_away,
    write_to_address,
)
from accounts.notifications.organisations import (
    ChangesAsked,
    ChangesReminder,
    CheckDelayed,
    LastChangesReminder,
    OrganisationChecked,
    OrganisationsMerged,
    OrganisationWithdrawn,
)
from accounts.notifications.people import (
    AccountDormant,
    ColleagueLeft,
    InvitationAccepted,
    InvitationExpired,
    InvitationUndelivered,
    RemovedFromTeam,
    SignUpUnfinished,
)
from accounts.notifications.staff import (
    NAMED,
    AddressReminder,
    LeadAlert,
    StaffReminder,
)
from accounts.notifications.teams import (
    managers_of,
)

__all__ = [
    "INVITATION",
    "NAMED",
    "AccountDormant",
    "AddressReminder",
    "ChangesAsked",
    "ChangesReminder",
    "CheckDelayed",
    "ClaimAccepted",
    "ClaimDelayed",
    "ClaimReceived",
    "ClaimRefused",
    "ColleagueLeft",
    "InvitationAccepted",
    "InvitationExpired",
    "InvitationUndelivered",
    "LastChangesReminder",
    "LeadAlert",
    "NewcomerByClaim",
    "OrganisationBack",
    "OrganisationChecked",
    "OrganisationWithdrawn",
    "OrganisationsMerged",
    "RemovedFromTeam",
    "SignUpUnfinished",
    "StaffReminder",
    "managers_of",
    "write_codes_refused",
    "write_farewell",
    "write_invitation",
    "write_second_step_taken_away",
    "write_to_address",
]
