from companies.models.company import Company, Policy
from companies.models.need import Need

__all__ = ["Company", "Need", "Policy"]
