from matching.network.loading import Names, Network, load
from matching.network.vocabulary import lexicon_knowing, recount, usual_length

__all__ = ["Names", "Network", "lexicon_knowing", "load", "recount", "usual_length"]
