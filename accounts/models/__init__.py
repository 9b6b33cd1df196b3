from accounts.models.merge import Duplicate, Merge
from accounts.models.organisation import Claim, Invitation, Membership, Organisation
from accounts.models.user import User

__all__ = ["Claim", "Duplicate", "Invitation", "Membership", "Merge", "Organisation", "User"]
