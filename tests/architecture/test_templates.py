"""Templates: none forgotten, none too long, no typewriter apostrophe, no code in the page."""

import re
from pathlib import Path

import allauth
import django

from tests.architecture.house import ROOT, name_of, python_files, relative, template_files

LONGEST = 150
ASKED_FOR_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
ASKED_FOR_BY_ALLAUTH = {"429.html"}


def asked_for_by_others(name: str) -> bool:
    """A template of ours that replaces one of Django or of allauth."""
    homes = [Path(django.__file__).parent, Path(allauth.__file__).parent]
    return name in ASKED_FOR_BY_DJANGO | ASKED_FOR_BY_ALLAUTH or any(
        any(home.glob(f"**/templates/{name}")) for home in homes
    )


def test_every_template_is_used():
    texts = {path: path.read_text() for path in [*python_files(), *template_files()]}
    unused = []
    for path in template_files():
        name = name_of(path)
        used = any(name in text for other, text in texts.items() if other != path)
        if not used and not asked_for_by_others(name):
            unused.append(name)
    assert unused == []


def test_apostrophes_are_typographic():
    found = []
    for path in template_files():
        text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(), flags=re.DOTALL)
        found += [f"{relative(path)}: {hit}" for hit in re.findall(r"\w*[^\W\d]'[^\W\d]\w*", text)]
    assert found == []


def test_a_state_is_asked_by_its_name():
    """`is_published`, `closed_at`: the model knows its states, and the database ties each to its date."""
    spelt = re.compile(r"\bstatus (?:==|!=|in|not in) ")
    assert spelt.search('{% if need.status == "draft" %}')
    assert [relative(path) for path in template_files() if spelt.search(path.read_text())] == []


def test_a_promised_day_is_still_in_time():
    """« Au plus tard le », or « au soir du »: « avant le » would take that day away (ADR 25)."""
    promised = re.compile(r"\bavant le {{ [\w.]*(?:deadline|_by)\b")
    assert [relative(path) for path in template_files() if promised.search(path.read_text())] == []


def test_no_text_promises_a_single_click():
    """GET changes nothing: what a link proposes is always read, then confirmed, on its page."""
    promised = re.compile(r"\bun clic\b", re.IGNORECASE)
    assert [relative(path) for path in template_files() if promised.search(path.read_text())] == []


def test_a_template_fits_on_a_few_screens():
    lengths = {relative(path): len(path.read_text().splitlines()) for path in template_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_what_a_script_replaces_is_no_live_region():
    """Screen readers hear what changes inside a region that stays, not a region that comes anew."""
    texts = {relative(path): path.read_text() for path in template_files()}
    tags = [(name, tag) for name, text in texts.items() for tag in re.findall(r"<[a-z]+ [^>]*>", text)]
    swapped = {
        target
        for _, tag in tags
        if 'hx-swap="outerHTML' in tag
        for target in re.findall(r'hx-target="#([\w-]+)"', tag)
    }
    assert swapped
    found = [
        (name, target)
        for name, tag in tags
        for target in swapped
        if f'id="{target}"' in tag and "aria-live" in tag
    ]
    assert found == []


def test_no_link_is_swapped_away_while_it_holds_the_focus():
    """A link that replaces a part of the page leaves the keyboard nowhere; one that opens a page does not."""
    found = [
        (relative(path), tag)
        for path in template_files()
        for tag in re.findall(r"<a [^>]*>", path.read_text())
        if "hx-" in tag
    ]
    assert found == []


def test_a_polled_part_says_its_state_and_holds_no_live_region():
    """What is asked again every two seconds comes anew each time: site.js tells its state once."""
    polled = {relative(path): path.read_text() for path in template_files() if "every 2s" in path.read_text()}
    assert polled
    assert [name for name, text in polled.items() if "data-state=" not in text or "aria-live" in text] == []
    assert [name for name, text in polled.items() if 'role="status"' in text] == []


LOOPED = re.compile(
    r"{% (?P<loop>for|endfor) "
    r"|{% post_button [^%]*%}(?P<button>.*?){% endpost_button %}"
    r"|<summary[^>]*>(?P<fold>.*?)</summary>",
    re.DOTALL,
)


def test_what_is_repeated_on_each_row_names_its_row():
    """« Réessayer » ten times on a page says nothing to whoever hears the buttons one after the other."""
    found = []
    for path in template_files():
        depth = 0
        for one in LOOPED.finditer(path.read_text()):
            if one["loop"]:
                depth += 1 if one["loop"] == "for" else -1
            elif depth and "{{" not in (one["button"] or one["fold"] or ""):
                found.append((relative(path), one[0]))
    assert found == []


def test_no_sign_stands_for_a_word():
    """An arrow is read « flèche vers la droite », and « présent·e » as two words with a dot between."""
    found = [
        (relative(path), hit) for path in template_files() for hit in re.findall("→|·e\\b", path.read_text())
    ]
    assert found == []


def test_no_style_nor_script_is_written_in_a_page():
    found = []
    for path in template_files():
        # Mail readers know no style sheet: their layout carries its own.
        if path.is_relative_to(ROOT / "templates" / "mail"):
            continue
        text = re.sub(r"{%.*?%}", "", path.read_text())
        if re.search(r"""\sstyle=["']|<style|\son[a-z]+=["']|<script(?![^>]*\ssrc=)(?![^>]*json)""", text):
            found.append(relative(path))
    assert found == []
