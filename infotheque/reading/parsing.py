"""An entry of an office document, parsed as a stream: no entity is expanded, no bound is passed."""

from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat

from infotheque.reading.result import Unreadable
from infotheque.reading.types import BROKEN

BOMB = (
    "Une fois décompressé, ce fichier serait d’une taille anormale. Allégez-le, ou enregistrez-le en PDF, "
    "puis déposez-le à nouveau."
)
DOCTYPE = (
    "Ce fichier contient une déclaration interdite (DTD), que les logiciels de bureau n’écrivent pas. "
    "Enregistrez-le à nouveau depuis un traitement de texte."
)
_CHUNK = 64 * 1024


class NotXml(Unreadable):
    """Damaged, or with a DTD: office software does not read it either."""


class Elements(Protocol):
    """What hears the elements of an entry, and may have heard enough."""

    @property
    def is_full(self) -> bool: ...

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def say(self, text: str) -> None: ...


class Budget:
    """Unpacked bytes that may still be read, whatever the archive announced."""

    def __init__(self, left: int) -> None:
        self.left = left

    def chunks(self, file: IO[bytes]) -> Iterator[bytes]:
        while chunk := file.read(_CHUNK):
            self.left -= len(chunk)
            if self.left < 0:
                raise Unreadable(BOMB)
            yield chunk


def local(name: str) -> str:
    """Prefixes differ between writers."""
    return name.rpartition(":")[2]


def parse(file: IO[bytes], reader: Elements, budget: Budget) -> bool:
    """Whether the whole entry was read. Raises NotXml on damage and on a DTD."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.say
    try:
        for chunk in budget.chunks(file):
            parser.Parse(chunk, False)
            if reader.is_full:
                return False
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise NotXml(BROKEN) from None
    return True


def _refuse_doctype(*arguments: object) -> None:
    raise NotXml(DOCTYPE)
