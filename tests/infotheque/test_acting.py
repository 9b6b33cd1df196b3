"""What an office document would do to whoever opens it is refused, and everyday documents are not."""

import zipfile

import pytest

from infotheque.enums import FileType
from infotheque.reading import child
from infotheque.reading.office import read_office
from infotheque.reading.pdf import read_pdf
from infotheque.reading.result import Unreadable
from infotheque.reading.types import type_of
from tests.infotheque import acting


@pytest.fixture
def read(tmp_path):
    def reading(content: bytes):
        path = tmp_path / "file"
        path.write_bytes(content)
        with path.open("rb") as file:
            kind = type_of(file)
        return read_pdf(path) if kind == FileType.PDF else read_office(path, kind)

    return reading


REFUSED = {
    "liaison DDE": acting.DDE,
    "lancer un programme": acting.PROGRAMS,
    "fichiers joints": acting.ATTACHED,
    "macros": acting.MACROS,
    "autre ordinateur": acting.FETCHING,
    "un fichier sur un autre ordinateur": acting.FETCHING_PDFS,
    "autre document": acting.UNCONVERTED,
    "taille anormale": acting.BOMBS,
    "mot de passe": acting.LOCKED,
}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(content, told, id=f"{told}: {name}")
        for told, files in REFUSED.items()
        for name, content in files.items()
    ],
)
def test_what_acts_is_refused_with_what_to_do(read, content, told):
    with pytest.raises(Unreadable, match=rf"{told}.*puis déposez"):
        read(content)


EVERYDAY = acting.EVERYDAY | acting.EVERYDAY_PDFS


@pytest.mark.parametrize("content", EVERYDAY.values(), ids=EVERYDAY)
def test_everyday_documents_are_kept(read, content):
    assert read(content).is_text_whole


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_entry_is_told_however_it_is_packed(tmp_path, how):
    """Each way of packing has errors of its own."""
    whole, path = acting.packed(how), tmp_path / "x"
    for place in range(len(whole)):
        for value in (0xFF, 0x00):
            path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            assert child.answer(path).keys() & {"refused", "content"}
