"""What people type, made safe to show inside a line of a page, a list or a mail's subject."""

import re
import unicodedata

# Marks that reverse the reading order of what follows them: one name could disguise its neighbours.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# Letters that show nothing: a name of them alone would be no name. Those that join emoji stay.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u2800\u3164\ufeff\uffa0]"
)
_SPACES = re.compile(r"\s+")
_NO_BREAK = re.compile("[\u00a0\u202f]")
_BLANK_LINES = re.compile(r"\n{3,}")

# With or without « https », as mailboxes turn it into a link by themselves: two letters at least on each side
# of the dot, so that « J.P. Dupont » and « S.O.S. Amitié » are names. One before it is enough of an address
# that is written as one: « t.me », « T.ME/prix », but not « J.Dupont ».
_WEB_ADDRESS = re.compile(
    r"://|\bwww[.。]|[\w-]{2,}[.。][^\W\d_]{2,}|\w[.。][^\W\d_]{2,}/|\b\w[.。](?-i:[a-z]{2,})\b",
    re.IGNORECASE,
)


def one_line(text: str) -> str:
    """Without control or direction marks, nor invisible letters; single spaces.

    No-break ones are kept where French puts them.
    """
    return _SPACES.sub(_one_space, _printable(text).strip())


def _one_space(spaces: re.Match[str]) -> str:
    """The no-break space that was typed before « : ; ! ? » or inside quotes; a plain one elsewhere."""
    before, after = spaces.string[spaces.start() - 1], spaces.string[spaces.end()]
    kept = _NO_BREAK.search(spaces.group()) if before == "«" or after in ":;!?»" else None
    return kept.group() if kept else " "


def has_web_address(text: str) -> bool:
    """Whether a mail that quotes it would carry a link that a stranger chose."""
    return bool(_WEB_ADDRESS.search(unicodedata.normalize("NFKC", text)))


def paragraphs(text: str) -> str:
    """Lines kept, at most one blank line between two."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(_printable(line) for line in lines)).strip()


def _printable(text: str) -> str:
    shown = _INVISIBLE.sub("", _DIRECTION.sub("", text))
    kept = (" " if unicodedata.category(letter) == "Cc" else letter for letter in shown)
    return "".join(kept)
