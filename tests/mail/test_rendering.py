import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateSyntaxError
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mecenova.mail import markdown
from mecenova.mail.rendering import STYLES, lay_out, render
from tests.mail.reading import preheader_of


class Person:
    def __init__(self, first_name="Camille"):
        self.first_name = first_name


def written(**values):
    return render("mail/tests/welcome.md", {"recipient": Person(), "note": "", **values})


@pytest.fixture
def templates_in(tmp_path, settings):
    def write(files):
        for name, source in files.items():
            (tmp_path / name).write_text(source)
        settings.TEMPLATES[0]["DIRS"] = [*settings.TEMPLATES[0]["DIRS"], tmp_path]
        settings.TEMPLATES = settings.TEMPLATES

    return write


class TestWholeMail:
    def test_text(self, snapshot):
        assert written(note="À jeudi ?\nOn apporte l’œuvre & co.").text == snapshot

    def test_html(self, snapshot):
        assert written(note="À jeudi ?\nOn apporte l’œuvre & co.").html == snapshot

    def test_the_preheader_is_what_follows_the_greeting(self):
        assert preheader_of(written()) == "Votre compte est ouvert. Voici la suite."

    def test_a_line_under_the_subject_is_the_preheader(self, templates_in):
        templates_in({"own.md": "# Objet\n{{ note }} *non*\n\nBonjour,\n\nLe corps."})
        mail = render("own.md", {"note": "*Le* [14\u00a0h](https://piege.test) ?\nOui"})
        assert preheader_of(mail) == "*Le* [14\u00a0h](https://piege.test)\u202f? Oui non"
        assert mail.text.startswith("Bonjour,\n\nLe corps.\n")
        assert mail.subject == "Objet"

    def test_a_line_that_says_nothing_leaves_the_first_words(self, templates_in):
        templates_in({"own.md": "# Objet\n{{ note }}\n\nBonjour,\n\nLe corps."})
        assert preheader_of(render("own.md", {"note": ""})) == "Le corps."

    def test_nothing_is_fetched_and_no_style_is_left_apart(self):
        html = written().html
        assert not re.search(r"<(img|link|style|script|iframe)\b|url\(|@import|var\(--", html)
        assert not re.search(r"https?://", STYLES.read_text())

    def test_only_who_has_an_account_is_sent_to_the_mailbox(self):
        stranger = lay_out("Objet", "Voici votre code.")
        assert "courriels" not in stranger.text + stranger.html
        assert "courriels" in written().text
        assert "courriels" in written().html

    def test_the_text_is_text(self):
        text = written(note="l'œuvre & co <b>").text
        assert "l’œuvre & co <b>" in text
        assert not re.search(r"&(amp|#x27|lt|gt|quot);|<a |<p>", text)


class TestOtherPeoplesWords:
    """What somebody typed is only text, in both parts."""

    @pytest.mark.parametrize(
        "words",
        [
            "[cliquez](https://piege.test)",
            "<https://piege.test>",
            "![x](https://piege.test/x.png)",
            "<a href='https://piege.test'>ici</a>",
            "<script>alert(1)</script>",
            "# Titre",
            "texte\n=====\n",
            "- liste\n- liste",
            "1. liste",
            "`code` **gras** _italique_",
            "ligne\n\n    code",
            "&lt;b&gt; &amp; &copy;",
            "\\[a\\](b)",
            "javascript:alert(1)",
        ],
    )
    def test_bring_no_markup(self, words):
        mail = written(note=words)
        body = mail.html[mail.html.index("<blockquote") : mail.html.index("</blockquote>")]
        assert set(re.findall(r"<(\w+)", body)) <= {"blockquote", "p", "br"}
        for line in filter(str.strip, words.splitlines()):
            assert f"> {markdown.french_text(line.strip())}" in mail.text or line.strip() in mail.text

    @given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"))))
    def test_any_words_come_out_as_they_went_in(self, words):
        tokens = MarkdownIt("commonmark").parse(markdown.escaped(words))
        written = "".join(child.content for token in tokens for child in token.children or [])
        assert written == words

    def test_in_the_subject_stay_on_one_line(self):
        mail = render("mail/tests/welcome.md", {"recipient": Person("A\r\nBcc: x@y.fr *b*"), "note": ""})
        assert mail.subject == "Bienvenue A Bcc: x@y.fr *b*\u202f!"


class TestSpacesThatMustNotBreak:
    WHEN = "mardi 1er\u00a0décembre à 14\u00a0h\u00a030, pour 1\u202f200\u00a0€"

    def test_stay_in_the_subject(self):
        mail = render("mail/tests/welcome.md", {"recipient": Person(self.WHEN), "note": ""})
        assert mail.subject == f"Bienvenue {self.WHEN}\u202f!"

    def test_stay_in_the_preheader(self):
        assert markdown.preheader(markdown.parse(f"Le {self.WHEN}.\nRien d’autre.")) == (
            f"Le {self.WHEN}. Rien d’autre."
        )

    def test_are_not_left_before_the_dots_of_what_is_cut(self):
        text = f"{'x' * 135}\u00a0: {'y' * 9}"
        assert markdown.cut(text) == f"{'x' * 135}…"


class TestMarkdown:
    def test_a_link_alone_is_a_button_then_an_address(self):
        mail = lay_out("Objet", "[Répondre](https://exemple.test/r?a=1&b=2)")
        assert "Répondre\u00a0: https://exemple.test/r?a=1&b=2" in mail.text
        assert 'href="https://exemple.test/r?a=1&amp;b=2"' in mail.html
        assert 'class="button"' in mail.html

    def test_a_link_alone_in_an_item_of_a_list_is_one_of_the_list(self):
        mail = lay_out("Objet", "- [Un](https://exemple.test/1)\n- [Deux](https://exemple.test/2)")
        assert 'class="button"' not in mail.html
        assert "- Un (https://exemple.test/1)\n- Deux (https://exemple.test/2)\n" in mail.text

    def test_a_link_in_a_sentence_is_followed_by_its_address(self):
        mail = lay_out("Objet", "Lisez [ceci](https://exemple.test/x) avant.")
        assert "Lisez ceci (https://exemple.test/x) avant." in mail.text
        assert 'class="button"' not in mail.html

    @pytest.mark.parametrize("mark", [".", ",", "\u202f!", "\u202f?", "\u00a0:"])
    def test_what_follows_a_link_stays(self, mark):
        for link in ("[ceci](https://exemple.test/x/)", "**[ceci](https://exemple.test/x/)**"):
            mail = lay_out("Objet", f"Lisez {link}{mark} Puis répondez.\n\n- {link}{mark}")
            assert f"Lisez ceci (https://exemple.test/x/){mark} Puis répondez." in mail.text
            assert f"- ceci (https://exemple.test/x/){mark}\n" in mail.text

    def test_lists_nest_and_count(self):
        text = lay_out("Objet", "1. un\n2. deux\n   - a\n   - b\n\n## Suite\n\n> dit").text
        assert text.startswith("1. un\n2. deux\n   - a\n   - b\n\nSuite\n-----\n\n> dit\n")

    def test_a_title_under_another_is_told_from_it(self):
        assert lay_out("Objet", "## Une\n\n### Deux").text.startswith("Une\n---\n\nDeux\n····\n")

    def test_raw_html_of_a_template_is_shown_not_obeyed(self):
        assert "<b>" not in lay_out("Objet", "<b>gras</b>").html

    def test_unknown_address_schemes_are_dropped(self):
        assert "javascript" not in lay_out("Objet", "[x](javascript:alert(1))").html.replace(
            "(javascript", ""
        )

    @pytest.mark.parametrize(
        ("body", "preheader"),
        [
            (
                "Bonjour,\n\nUn besoin vous attend. Il ferme lundi.\n\nSuite.",
                "Un besoin vous attend. Il ferme lundi.",
            ),
            ("S.O.S. Amitié attend. Répondez.", "S.O.S. Amitié attend. Répondez."),
            ("[Bouton](https://a.test)\n\nPuis du texte", "Puis du texte"),
            ("mots " * 60, ("mots " * 60)[:139].rstrip() + "…"),
            ("mot " * 10 + "x" * 200, "mot " * 9 + "mot…"),
            ("x" * 200, "x" * 139 + "…"),
            ("- liste", "liste"),
            ("## Titre", ""),
        ],
    )
    def test_preheader(self, body, preheader):
        assert markdown.preheader(markdown.parse(body)) == preheader


class TestTemplate:
    @pytest.mark.parametrize(
        "source",
        [
            "Sans titre\n\nCorps",
            "# Objet\n",
            "# Objet\nAvant-titre\n\n",
            '# Objet\n\n{% include "mail/layout.html" %}',
            '# Objet\n\n{% firstof "a" "b" %}',
        ],
    )
    def test_that_is_not_a_mail_is_refused(self, source, templates_in):
        templates_in({"bad.md": source})
        with pytest.raises(TemplateSyntaxError):
            render("bad.md", {})

    def test_words_of_a_filter_made_for_pages_are_kept_without_its_tags(self, templates_in):
        templates_in({"filter.md": "# Objet\n\nMontant : {{ amount|ou_non_renseigne }}."})
        mail = render("filter.md", {"amount": None})
        assert "Montant\u00a0: non renseigné." in mail.text
        assert "<span" not in mail.html


def test_a_title_is_a_title_and_not_a_line_in_bold():
    """Screen readers go from one title to the next: what is only bold is passed over."""
    templates = (Path(settings.BASE_DIR) / "templates/mail").rglob("*.md")
    bold, code = re.compile(r"^\*\*[^*{]+\*\*$", re.MULTILINE), re.compile("{%.*?%}")
    assert [one.name for one in templates if bold.search(code.sub("", one.read_text()))] == []


def test_no_two_links_stand_one_line_apart():
    """A thumb takes one for the other. Among the items of a list, their words keep them apart."""
    mails = (Path(settings.BASE_DIR) / "templates/mail").rglob("*.md")
    assert [mail.name for mail in mails if re.search(r"\)\\?\n\[", mail.read_text())] == []
