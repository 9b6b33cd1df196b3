from matching.network.index import ThemeFinder
from matching.network.loading import Names, Network, load, load_few

__all__ = ["Names", "Network", "ThemeFinder", "load", "load_few"]
