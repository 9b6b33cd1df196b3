"""Many pairs at once: `copying` reads the stored profiles into `arrays` (`loading`), `parts` weighs them as
`matching.scoring` weighs one pair, `ranking` keeps the best of each need within bounded memory.
"""

from matching.kernel.arrays import Associations, Needs, Pairs
from matching.kernel.copying import UUID, Array, among, as_bytes, as_uuid, read_rows, statement_of
from matching.kernel.loading import load_associations, load_needs, may_meet
from matching.kernel.ranking import Ground, Threshold, rank

__all__ = [
    "UUID",
    "Array",
    "Associations",
    "Ground",
    "Needs",
    "Pairs",
    "Threshold",
    "among",
    "as_bytes",
    "as_uuid",
    "load_associations",
    "load_needs",
    "may_meet",
    "rank",
    "read_rows",
    "statement_of",
]
