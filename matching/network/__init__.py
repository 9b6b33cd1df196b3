from matching.network.loading import Names, Network, load, load_few

__all__ = ["Names", "Network", "load", "load_few"]
