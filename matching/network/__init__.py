from matching.network.loading import Names, load, load_need_sides
from matching.network.places import ClosedLists, closed_lists
from matching.network.vocabulary import recount, usual_length

__all__ = [
    "ClosedLists",
    "Names",
    "closed_lists",
    "load",
    "load_need_sides",
    "recount",
    "usual_length",
]
