from accounts.models.merge import Duplicate, Merge
from accounts.models.organisation import Claim, Invitation, Membership, Organisation, team_of
from accounts.models.user import User

__all__ = ["Claim", "Duplicate", "Invitation", "Membership", "Merge", "Organisation", "User", "team_of"]
