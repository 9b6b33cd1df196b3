from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.template import engines
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from mecenova.ui.typography import french_html, french_template, french_text, one_line


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("l'association", "l’association"),
        ("aujourd'hui, c'est dit", "aujourd’hui, c’est dit"),
        ("Vraiment ?", "Vraiment\u202f?"),
        ("Oui ! Non ; si", "Oui\u202f! Non\u202f; si"),
        ("Attention : ici", "Attention\u00a0: ici"),
        ("« plus tard »", "«\u202fplus tard\u202f»"),
        ("«plus tard»", "«\u202fplus tard\u202f»"),
        ("un \u202f\u202f\u202f mot", "un \u202f mot"),
        ("60 % de 12 €", "60\u00a0% de 12\u00a0€"),
        ("et puis...", "et puis…"),
        ("à 10:30, voir https://exemple.fr/?a=b", "à 10:30, voir https://exemple.fr/?a=b"),
        ("5' de pause", "5' de pause"),
        ("", ""),
    ],
)
def test_text(typed: str, shown: str) -> None:
    assert french_text(typed) == shown


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (" à 14\u00a0h\u00a030\r\n le 1er\t\u2003mai ", "à 14\u00a0h\u00a030 le 1er mai"),
        ("1\u202f200\u00a0€\u2028\x85Bcc: a@b.fr", "1\u202f200\u00a0€ Bcc: a@b.fr"),
        ("\u00a0\n", ""),
    ],
)
def test_one_line(written: str, said: str) -> None:
    assert one_line(written) == said


@given(st.text(alphabet="al'’ \u00a0\u202f?!;:»«.5%€<>&", max_size=30))
def test_twice_is_once(text: str) -> None:
    assert french_text(french_text(text)) == french_text(text)


def test_tags_and_code_are_left_alone() -> None:
    html = "<a title=\"l'un ?\" href='/x?a=1'>l'un ?</a> <code>l'un ?</code> d&#x27;un"
    shown = french_html(html)
    assert "title=\"l'un ?\" href='/x?a=1'" in shown
    assert ">l’un\u202f?</a>" in shown
    assert "<code>l'un ?</code>" in shown
    assert shown.endswith("d’un")


def render(source: str, **values: object) -> str:
    return engines["django"].from_string(source).render(values)


def test_the_filter_escapes_what_is_not_safe() -> None:
    assert render("{{ text|typographe }}", text="<b>l'eau</b> ?") == "&lt;b&gt;l’eau&lt;/b&gt;\u202f?"


def test_the_filter_keeps_what_is_safe() -> None:
    assert render("{{ text|typographe }}", text=SafeString("<b>l'eau</b> ?")) == "<b>l’eau</b>\u202f?"


def test_the_code_of_a_template_is_left_alone() -> None:
    source = (
        "{% if a ? 'l'un' %}l'un ?{% endif %}"
        "<a{% if a > b %} title=\"d'un\"{% endif %}>{{ x|y:'d'un' }} !</a> {{ part }} %"
    )
    shown = french_template(source)
    assert "{% if a ? 'l'un' %}l’un\u202f?" in shown
    assert 'title="d\'un"' in shown
    assert "{{ x|y:'d'un' }}\u202f!" in shown
    assert "{{ part }}\u00a0%" in shown


class TestCommand:
    @pytest.fixture
    def template(self, tmp_path: Path) -> Path:
        path = tmp_path / "mails" / "page.html"
        path.parent.mkdir()
        path.write_text("<p>L'un ?</p>", encoding="utf-8")
        return path

    def test_writes_then_has_nothing_left_to_write(self, template: Path) -> None:
        call_command("typography", template.parent, stdout=StringIO())
        assert template.read_text(encoding="utf-8") == "<p>L’un\u202f?</p>"
        call_command("typography", template, "--check", stdout=StringIO())

    def test_checking_fails_and_writes_nothing(self, template: Path) -> None:
        with pytest.raises(CommandError, match="1 templates"):
            call_command("typography", template.parent, "--check", stdout=StringIO())
        assert template.read_text(encoding="utf-8") == "<p>L'un ?</p>"
