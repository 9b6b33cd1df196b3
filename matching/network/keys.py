"""Words and themes as keys of 64 bits, the same everywhere and for ever: no table gives them out."""

import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from matching import scoring
from matching.scoring.themes import all_themes

# What decides of a reading: a change of any of them makes every text be read again, at the next full round.
_READERS = ("text.py", "themes.py", "lexicon.py", "themes.txt", "generic_words.txt", "exact_words.txt")


@lru_cache(maxsize=200_000)
def key_of(term: str) -> int:
    """The key of a stem. Signed, as the database's integers are."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


def key_of_theme(slug: str) -> int:
    """A theme and a word may be spelt alike."""
    return key_of(f"#{slug}")


@lru_cache(maxsize=1)
def theme_ranks() -> Mapping[str, int]:
    """The rank of each theme in the thesaurus: its bit in a mask of themes."""
    return {slug: rank for rank, slug in enumerate(all_themes())}


@lru_cache(maxsize=1)
def theme_slugs() -> Mapping[int, str]:
    return {key_of_theme(slug): slug for slug in all_themes()}


def theme_bits(slugs: Iterable[str]) -> bytes:
    """One bit a theme, the lowest first, as PostgreSQL's get_bit counts them."""
    ranks = theme_ranks()
    number = sum(1 << ranks[slug] for slug in slugs)
    return number.to_bytes((len(ranks) + 7) // 8, "little")


@lru_cache(maxsize=1)
def reader() -> uuid.UUID:
    """The fingerprint of the way texts are read."""
    folder = Path(scoring.__file__).parent
    digest = blake2b(digest_size=16)
    for name in _READERS:
        digest.update((folder / name).read_bytes())
    return uuid.UUID(bytes=digest.digest())
