"""Every write of this room that has a meaning."""

from accounts.operations import OrganisationExists
from companies.operations.needs import (
    WORK_TIME_IS_SKILLS,
    close_need,
    create_need,
    hold_current,
    publish_need,
    update_need,
)
from companies.operations.policy import set_policy
from companies.operations.profile import companies_to_call, note_activity, record_call, update_company
from companies.operations.registration import register_company

__all__ = [
    "WORK_TIME_IS_SKILLS",
    "OrganisationExists",
    "close_need",
    "companies_to_call",
    "create_need",
    "hold_current",
    "note_activity",
    "publish_need",
    "record_call",
    "register_company",
    "set_policy",
    "update_company",
    "update_need",
]
