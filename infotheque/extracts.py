"""The words of a document that answer a search, as they are written: accents kept, what was asked marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infotheque import everyday
from infotheque.searching import Question
from mecenova.identifiers.names import fold
from mecenova.search.families import family

# Characters around what is found: three lines on a phone.
LENGTH = 240
_WORD = re.compile(r"[^\W_]+")
# Signs of Markdown that are not to be read: of a link its words stay, and brackets that are no link.
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_LINE_MARKS = re.compile(r"^\s*(?:#+|>|[-*+]|\d+\.)\s+|\|", re.MULTILINE)
# Around words or within a sentence: nothing stands in their place. One inside a word is a letter of it.
_INLINE_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they are what was asked."""

    text: str
    is_marked: bool


class Marker:
    """Knows the words that answer a question: of its words' families, or what the typed one may become."""

    def __init__(self, question: Question) -> None:
        asked = question.heart
        quoted = (word for phrase in asked.phrases for word in phrase.split())
        said = [fold(word) for word in (*asked.words, *quoted)]
        kin = {fold(word) for words in question.kin.values() for said in words for word in said.split()}
        kin = {word for word in kin if not everyday.is_empty(word)}
        self._words = {*said, *kin}
        self._families = {family(word) for word in said}

    def marks(self, word: str) -> bool:
        folded = fold(word)
        return folded in self._words or family(folded) in self._families

    def extract(self, texts: Iterable[str]) -> list[Piece]:
        """The stretch that says most of what was asked, from the first text that says any of it."""
        first: list[Piece] = []
        for text in texts:
            plain = _plain(text)
            found = [each for each in _WORD.finditer(plain) if self.marks(each.group())]
            if found:
                return self._cut(plain, found)
            if plain and not first:
                first = [Piece(_shortened(plain), False)]
        return first

    def title(self, title: str) -> list[Piece]:
        return _pieces(title, [each.span() for each in _WORD.finditer(title) if self.marks(each.group())])

    def _cut(self, text: str, found: Sequence[re.Match[str]]) -> list[Piece]:
        best = max(found, key=lambda each: (_told(found, each.start()), -each.start()))
        start = _sentence_before(text, best.start())
        end = min(len(text), max(best.end(), start + LENGTH))
        if end < len(text):
            end = text.rfind(" ", best.end(), end + 1)
            end = best.end() if end < 0 else end
        spans = [each.span() for each in found if start <= each.start() and each.end() <= end]
        pieces = _pieces(text[start:end], [(left - start, right - start) for left, right in spans])
        before = [Piece("… ", False)] if start else []
        after = [Piece("…", False)] if end < len(text) else []
        return [*before, *pieces, *after]


def _told(found: Sequence[re.Match[str]], start: int) -> int:
    """How many different words asked for stand within reach from there."""
    return len({fold(each.group()) for each in found if start <= each.start() < start + LENGTH * 3 // 4})


def _sentence_before(text: str, position: int) -> int:
    """The beginning of the sentence, or of a word not too far before."""
    nearest = max(0, position - LENGTH // 3)
    sentence = max(text.rfind(mark, nearest, position) for mark in (". ", "! ", "? "))
    if sentence >= 0:
        return sentence + 2
    return 0 if nearest == 0 else text.find(" ", nearest, position) + 1 or position


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    last = 0
    for left, right in spans:
        if left > last:
            pieces.append(Piece(text[last:left], False))
        pieces.append(Piece(text[left:right], True))
        last = right
    if last < len(text):
        pieces.append(Piece(text[last:], False))
    return pieces


def _plain(text: str) -> str:
    return _SPACES.sub(" ", _INLINE_MARKS.sub("", _LINE_MARKS.sub(" ", _LINK.sub(r"\1", text)))).strip()


def _shortened(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    return text[: text.rfind(" ", 0, LENGTH) if " " in text[:LENGTH] else LENGTH] + "…"
