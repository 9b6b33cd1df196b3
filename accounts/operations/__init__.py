"""Every write with a meaning about people and organisations."""

from accounts.operations.absences import forget_absence, say_organisation_away, say_person_away
from accounts.operations.claims import accept_claim, claim_organisation, refuse_claim
from accounts.operations.departures import what_would_end
from accounts.operations.duplicates import find_duplicates, lookalikes, tell_apart
from accounts.operations.edits import edit_told
from accounts.operations.erasing import erase_organisation
from accounts.operations.identity import confirm_identity, organisations_to_recognise
from accounts.operations.members import (
    accept_invitation,
    change_role,
    invite_member,
    leave,
    remove_member,
    withdraw_invitation,
)
from accounts.operations.merges import NumbersDiffer, merge_organisations
from accounts.operations.naming import record_new_numbers
from accounts.operations.organisations import (
    WENT_BACK,
    OrganisationExists,
    ask_for_changes,
    check_organisation,
    check_promised_by,
    create_organisation,
    hold,
    locked,
    organisations_to_call,
    restart_corrections,
    resubmit_organisation,
    send_back_corrected,
    update_organisation,
    withdraw_organisation,
)
from accounts.operations.retention import (
    close_dormant_accounts,
    forget_expired_words,
    forget_unconfirmed_accounts,
    warn_dormant_people,
)
from accounts.operations.users import (
    close_account,
    create_verified_user,
    seal_second_step_again,
    take_away_second_step,
    update_person,
    write_account,
)

__all__ = [
    "WENT_BACK",
    "NumbersDiffer",
    "OrganisationExists",
    "accept_claim",
    "accept_invitation",
    "ask_for_changes",
    "change_role",
    "check_organisation",
    "check_promised_by",
    "claim_organisation",
    "close_account",
    "close_dormant_accounts",
    "confirm_identity",
    "create_organisation",
    "create_verified_user",
    "edit_told",
    "erase_organisation",
    "find_duplicates",
    "forget_absence",
    "forget_expired_words",
    "forget_unconfirmed_accounts",
    "hold",
    "invite_member",
    "leave",
    "locked",
    "lookalikes",
    "merge_organisations",
    "organisations_to_call",
    "organisations_to_recognise",
    "record_new_numbers",
    "refuse_claim",
    "remove_member",
    "restart_corrections",
    "resubmit_organisation",
    "say_organisation_away",
    "say_person_away",
    "seal_second_step_again",
    "send_back_corrected",
    "take_away_second_step",
    "tell_apart",
    "update_organisation",
    "update_person",
    "warn_dormant_people",
    "what_would_end",
    "withdraw_invitation",
    "withdraw_organisation",
    "write_account",
]
