"""What pairs are compared by, stored: texts read once (`readings`), masks by place (`deriving`), in the
transaction of the change that made them. `refresh` writes them for a few, `repair` for all.
"""

from matching.profiles.masks import mask, read_bits
from matching.profiles.refreshing import (
    missing_associations,
    missing_needs,
    refresh_associations,
    refresh_needs,
    repair,
    reweigh,
)

__all__ = [
    "mask",
    "missing_associations",
    "missing_needs",
    "read_bits",
    "refresh_associations",
    "refresh_needs",
    "repair",
    "reweigh",
]
