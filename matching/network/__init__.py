from matching.network.loading import Names, Network, load, load_need_sides
from matching.network.places import ClosedLists, closed_lists
from matching.network.vocabulary import lexicon_knowing, recount, usual_length

__all__ = [
    "ClosedLists",
    "Names",
    "Network",
    "closed_lists",
    "lexicon_knowing",
    "load",
    "load_need_sides",
    "recount",
    "usual_length",
]
