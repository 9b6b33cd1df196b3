"""What pairs are compared by, stored: texts read once (`readings`), masks by place (`deriving`), in the
transaction of the change that made them. `refresh_associations` and `refresh_needs` write them for a few,
`repair` for all.
"""

from matching.profiles.best_associations import best_associations
from matching.profiles.best_needs import Asker, asker, askers, best_needs, stops_of, suited_by_kind
from matching.profiles.masks import related_masks
from matching.profiles.refreshing import (
    missing_needs,
    number_open,
    refresh_associations,
    refresh_needs,
    repair,
    reweigh,
)

__all__ = [
    "Asker",
    "asker",
    "askers",
    "best_associations",
    "best_needs",
    "missing_needs",
    "number_open",
    "refresh_associations",
    "refresh_needs",
    "related_masks",
    "repair",
    "reweigh",
    "stops_of",
    "suited_by_kind",
]
