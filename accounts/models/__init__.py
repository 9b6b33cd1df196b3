from accounts.models.organisation import Claim, Invitation, Membership, Organisation
from accounts.models.user import User

__all__ = ["Claim", "Invitation", "Membership", "Organisation", "User"]
