from accounts.models.claim import Claim
from accounts.models.merge import Duplicate, Merge
from accounts.models.organisation import Organisation
from accounts.models.reach import addresses_to_mend
from accounts.models.team import Invitation, Membership, team_of
from accounts.models.user import User

__all__ = [
    "Claim",
    "Duplicate",
    "Invitation",
    "Membership",
    "Merge",
    "Organisation",
    "User",
    "addresses_to_mend",
    "team_of",
]
