"""Files of strangers, read by the very process that reads them in production."""

import dataclasses
import io
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from infotheque.reading import child, pictures, reader
from infotheque.reading.reader import Reader
from infotheque.reading.result import LONGEST_TEXT, Unreadable
from tests.architecture.house import ROOT
from tests.infotheque import hostile


@pytest.fixture(scope="module")
def shared():
    with Reader() as found:
        yield found


@pytest.fixture
def read(shared, tmp_path):
    def reading(content: bytes, name: str = "guide.pdf"):
        path = tmp_path / "file"
        path.write_bytes(content)
        return shared.read(path, name)

    return reading


def test_a_pdf_gives_its_text_its_pages_and_its_first_page(read):
    found = read(hostile.pdf_of("Le mécénat expliqué", "Deuxième page"))
    assert (found.type, found.content.pages) == ("pdf", 2)
    assert "Le mécénat expliqué" in found.content.text
    assert "Deuxième page" in found.content.text
    with Image.open(io.BytesIO(found.content.picture)) as picture:
        assert picture.format == "PNG"
        assert picture.width <= pictures.WIDTH
        assert picture.height <= pictures.HEIGHT


def test_a_word_document_gives_its_text_and_its_title(read):
    found = read(hostile.docx_of("Article 1", "L’entreprise donne.", title="Convention de mécénat"))
    assert found.type == "docx"
    assert "Article 1\nL’entreprise donne." in found.content.text
    assert found.content.title == "Convention de mécénat"


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (
            hostile.office(
                content_dot_xml=b"<o xmlns:text='t'><text:p>Un <text:span>mot</text:span></text:p></o>",
                **{"META-INF__manifest_dot_xml": b"<m/>"},
            ),
            "odt",
            "Un mot",
        ),
        (
            hostile.office(
                ppt__presentation_dot_xml=b"<p/>",
                ppt__slides__slide10_dot_xml=b"<s xmlns:a='a'><a:p><a:t>dix</a:t></a:p></s>",
                ppt__slides__slide2_dot_xml=b"<s xmlns:a='a'><a:p><a:t>deux</a:t></a:p></s>",
            ),
            "pptx",
            "deux\ndix",
        ),
        (
            hostile.office(
                xl__workbook_dot_xml=b"<w/>",
                xl__sharedStrings_dot_xml=b"<x:sst xmlns:x='x'><x:si><x:t>Budget</x:t></x:si></x:sst>",
                xl__worksheets__sheet1_dot_xml=b"<s><c t='inlineStr'><is><t>Total</t></is></c></s>",
            ),
            "xlsx",
            "Budget\nTotal",
        ),
    ],
)
def test_every_office_format_gives_its_words_in_order(read, content, kind, text):
    found = read(content, "x")
    assert (found.type, found.content.text) == (kind, text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vide"),
        (b"\x00" * 100, "vide"),
        (hostile.HTML, "page web"),
        (b"\xef\xbb\xbf  \n<HTML><body>", "page web"),
        (hostile.SVG, "image SVG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "fichier .png"),
        (b"MZ\x90\x00" + b"\0" * 60, "ni un PDF"),
        (hostile.OLD_WORD, "ancien format"),
        (hostile.LOCKED_WORD, "mot de passe"),
        (hostile.LOCKED_ODT, "mot de passe"),
        (hostile.LOCKED_PDF, "mot de passe"),
        (hostile.pdf_of("a" * 500, "b" * 500)[:700], "abîmé"),
        (b"%PDF-1.7\n", "abîmé"),
        (hostile.docx_of("Texte" * 100)[:-500], "abîmé"),
        (hostile.word(b"<w:document>pas fini"), "abîmé"),
        (hostile.SCRIPT_IN_CLEAR, "programme"),
        (hostile.BILLION_LAUGHS, "DTD"),
        (hostile.OUTSIDE_ENTITY, "DTD"),
        (hostile.office(autre_dot_txt=b"x"), "ni un PDF"),
        (hostile.office(**{f"n{n}": b"" for n in range(6000)}), "nombre anormal"),
    ],
)
def test_what_is_not_kept_is_told_with_what_to_do(read, content, told):
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert told in refusal.value.message
    assert refusal.value.message.rstrip().endswith((".", "texte."))


@pytest.mark.parametrize("content", hostile.ACTING_PDFS.values(), ids=hostile.ACTING_PDFS)
def test_a_program_is_found_however_it_is_packed(read, content):
    with pytest.raises(Unreadable, match="programme"):
        read(content, "acte.pdf")


@pytest.mark.parametrize("content", hostile.MACROS.values(), ids=hostile.MACROS)
def test_macros_are_found_wherever_they_are(read, content):
    with pytest.raises(Unreadable, match="macros"):
        read(content, "acte.docx")


def test_a_library_of_no_macro_is_kept(read):
    assert read(hostile.WITHOUT_MACROS, "lettre.odt").content.text == "Bonjour"


def test_a_link_to_a_page_about_programs_is_no_program(read):
    assert read(hostile.LINKING_PDF, "guide.pdf").content.pages == 1


@pytest.mark.parametrize(("content", "told"), hostile.CARRYING_PDFS.values(), ids=hostile.CARRYING_PDFS)
def test_what_a_pdf_carries_is_refused_with_what_to_do(read, content, told):
    with pytest.raises(Unreadable, match=rf"{told}.*[Ee]nregistrez-le.*puis déposez") as refusal:
        read(content, "joint.pdf")
    assert "abîmé" not in refusal.value.message


@pytest.mark.parametrize("content", hostile.PLAIN_PDFS.values(), ids=hostile.PLAIN_PDFS)
def test_an_ordinary_form_is_kept(read, content):
    assert read(content, "formulaire.pdf").content.pages == 1


@pytest.mark.parametrize("content", hostile.FETCHING.values(), ids=hostile.FETCHING)
def test_what_a_document_would_fetch_elsewhere_is_refused(read, content):
    with pytest.raises(Unreadable, match=r"autre ordinateur.*puis déposez"):
        read(content, "lettre.docx")


@pytest.mark.parametrize("content", hostile.AT_HOME.values(), ids=hostile.AT_HOME)
def test_ordinary_links_of_a_document_are_kept(read, content):
    assert read(content, "lettre.docx").content.is_text_whole


def test_bombs_are_told_before_they_are_unpacked(read):
    bombs = {"décompressé": (hostile.bomb(), hostile.silent_bomb()), "abîmé": (hostile.lying_bomb(),)}
    for told, contents in bombs.items():
        for content in contents:
            assert len(content) < 1_000_000
            with pytest.raises(Unreadable, match=told):
                read(content, "bombe.docx")


def test_a_pdf_of_two_thousand_pages_is_kept_and_read_up_to_a_bound(read):
    found = read(hostile.pdf_of("Une page écrite", *[""] * 1999))
    assert found.content.pages == 2000
    assert not found.content.is_text_whole
    assert "Une page écrite" in found.content.text


def test_a_text_without_end_is_cut_and_said_to_be(read):
    found = read(hostile.word(b"<d xmlns:w='w'><w:p><w:t>" + b"mot " * 200_000 + b"</w:t></w:p></d>"))
    assert len(found.content.text) <= LONGEST_TEXT
    assert not found.content.is_text_whole


def test_words_are_kept_without_what_no_page_can_show(read):
    assert read(hostile.word("<d xmlns:w='w'><w:t>a\u0085b</w:t></d>".encode())).content.text == "a b"
    assert child.tidy("a\x00b\ud800c\r\n\r\n\r\n d") == "a b c\n\nd"


def test_a_damaged_file_is_told_wherever_it_is_damaged(tmp_path):
    """zipfile raises whatever it stumbles on: a name that is no text, a version of the future..."""
    whole = bytearray(hostile.word(b"<d xmlns:w='w'><w:t>mot</w:t></d>"))
    path = tmp_path / "x"
    for place in range(0, len(whole), 7):
        for value in (0xFF, 0x80):
            path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            assert child.answer(path).keys() & {"refused", "content"}


def test_too_large_is_told_before_it_is_read(shared, tmp_path):
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(reader.LARGEST_FILE + 1)
    with pytest.raises(Unreadable, match="20"):
        shared.read(path, "x.pdf")


def test_a_file_that_kills_or_delays_its_reader_is_told_and_the_next_is_read(tmp_path):
    good, path = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(hostile.docx_of("mot"))
    os.mkfifo(path)
    with Reader(most_seconds=20) as found:
        assert found.read(good, "x").type == "docx"
        found.ask(path, "never")  # opening a pipe that nobody writes to never ends
        os.kill(found.pid, signal.SIGKILL)
        with pytest.raises(Unreadable, match="trop de temps ou de mémoire"):
            found.answer()
        assert found.read(good, "x").type == "docx"
        found._most_seconds = 0.2
        late = time.monotonic()
        with pytest.raises(Unreadable, match="trop de temps ou de mémoire"):
            found.read(path, "never")
        assert time.monotonic() - late < 20
        found._most_seconds = 20
        assert found.read(good, "x").type == "docx"


def test_a_reader_killed_between_two_files_costs_neither(tmp_path):
    path = tmp_path / "good"
    path.write_bytes(hostile.docx_of("mot"))
    with Reader() as found:
        found.read(path, "x")
        os.kill(found.pid, signal.SIGKILL)
        found._child.wait()
        assert found.read(path, "x").type == "docx"


def test_an_answer_is_taken_late_and_never_for_another_file(tmp_path):
    one, long = tmp_path / "one", tmp_path / "long"
    one.write_bytes(hostile.docx_of("mot"))
    long.write_bytes(hostile.docx_of("mot " * 40_000))
    with Reader() as found:
        found.ask(one, "forgotten")
        found.ask(long, "long")
        read = found.answer()
        assert (read.name, read.path, len(read.content.text) > 100_000) == ("long", long, True)
        # More than a pipe holds was ready in time, and is fetched after its time.
        found.ask(long, "late")
        assert select.select([found._child.stdout], [], [], 20)[0]
        found._asked = dataclasses.replace(found._asked, until=0.0)
        assert found.answer().content.text == read.content.text
        with pytest.raises(LookupError):
            found.answer()


def test_the_reader_holds_no_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    path = tmp_path / "good"
    path.write_bytes(hostile.docx_of("mot"))
    with Reader() as found:
        found.read(path, "x")
        environment = Path(f"/proc/{found.pid}/environ").read_bytes()
    assert b"secret" not in environment


def test_a_picture_that_lies_is_no_picture():
    assert pictures.redrawn(b"\x89PNG\r\n\x1a\n" + b"\0" * 100) == b""
    assert pictures.redrawn(hostile.SVG) == b""
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    assert pictures.redrawn(huge.getvalue()) == b""


def test_the_reader_starts_no_other_process():
    """Nothing that a file makes it run: as in the image, where it is no root."""
    code = (
        "import os\n"
        "from infotheque.reading import child\n"
        "os.getuid() or os.setuid(65534)\n"
        "child.confine()\n"
        "try:\n"
        "    os.fork() or os._exit(0)\n"
        "except BlockingIOError:\n"
        "    print('refused')\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "refused\n"


FORBIDDEN = {
    "a file to write": "open('/tmp/written', 'w')",
    "a file to remove": "os.unlink(sys.argv[2])",
    "a server": "socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)",
    "another program": "os.execv('/bin/true', ['true'])",
}


@pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_reader_reaches_nothing_around_it(forbidden, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text("still here")
    code = (
        "import os, socket, sys\n"
        "from infotheque.reading import fence\n"
        "if not fence.raise_fence():\n"
        "    sys.exit('no fence')\n"
        "try:\n"
        f"    {forbidden}\n"
        "except PermissionError:\n"
        "    print('refused')\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [sys.executable, "-c", code, str(server.getsockname()[1]), str(kept)]
        told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.stderr == "no fence\n":
        pytest.skip("this kernel has no Landlock")
    assert told.stdout == "refused\n", told.stderr
    assert kept.exists()


def test_the_reader_cannot_read_the_passwords_of_whoever_started_it():
    """The same user could, without the fence. As in the image, where it is no root."""
    code = (
        "import ctypes, os, sys\n"
        "from infotheque.reading import fence\n"
        "os.getuid() or os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # Dumpable again, which a change of user takes away.\n"
        "def look(fenced):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        if fenced and not fence.raise_fence():\n"
        "            os._exit(2)\n"
        "        try:\n"
        "            open(f'/proc/{os.getppid()}/environ', 'rb').read()\n"
        "        except PermissionError:\n"
        "            os._exit(1)\n"
        "        os._exit(0)\n"
        "    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "print(look(False), look(True))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    if told.stdout == "0 2\n":
        pytest.skip("this kernel has no Landlock")
    assert told.stdout == "0 1\n"
