"""Many pairs at once: `copying` reads the stored profiles into `arrays` (`loading`), `parts` weighs them as
`matching.scoring` weighs one pair, `ranking` keeps the best of each need within bounded memory.
"""

from matching.kernel.arrays import Pairs
from matching.kernel.copying import UUID, Array, as_uuid, read_rows
from matching.kernel.loading import load_associations, load_needs
from matching.kernel.ranking import Ground, Threshold, rank

__all__ = [
    "UUID",
    "Array",
    "Ground",
    "Pairs",
    "Threshold",
    "as_uuid",
    "load_associations",
    "load_needs",
    "rank",
    "read_rows",
]
