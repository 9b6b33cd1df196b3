"""« À » and « de » before a name, as they are said: « aux Cuisines du Faubourg », « d’Emmaüs »."""

import re
import unicodedata

TO = {"le": "au", "les": "aux"}
OF = {"le": "du", "les": "des"}

_ARTICLE = re.compile(r"(les?)[ \u00a0\u202f]+(?=\S)", re.IGNORECASE)
# « H » is left alone: nothing tells a mute one from the other.
_VOWEL = re.compile(r"(?!onze\b|oui\b)(?:[aeiouæœ]|y[^aeiouy\W])", re.IGNORECASE)


def to_name(name: str) -> str:
    """The name after « à »."""
    return _contracted(name, TO) or f"à {name}"


def of_name(name: str) -> str:
    """The name after « de »."""
    elided = _VOWEL.match(unicodedata.normalize("NFD", name))
    return _contracted(name, OF) or (f"d’{name}" if elided else f"de {name}")


def _contracted(name: str, with_article: dict[str, str]) -> str | None:
    article = _ARTICLE.match(name)
    return f"{with_article[article[1].lower()]} {name[article.end() :]}" if article else None
