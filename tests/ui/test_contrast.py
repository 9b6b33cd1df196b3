"""Every pair of colours that the style sheets put together is held to WCAG AA, in both schemes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
TEXT = 4.5
GRAPHIC = 3.0
PAIRS = [
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "ink-soft", "brand")
        for ground in ("paper", "surface", "sunken")
    ),
    *((ink, "brand-soft", TEXT) for ink in ("ink", "ink-soft", "brand", "brand-strong")),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-strong", TEXT),
    ("surface", "bad", TEXT),
    ("on-lamp", "lamp-soft", TEXT),
    ("on-lamp-full", "lamp", TEXT),
    ("on-footer", "footer", TEXT),
    ("lamp", "footer", TEXT),
    *((tone, f"{tone}-soft", TEXT) for tone in ("good", "waiting", "bad", "info")),
    *(("ink", f"{tone}-soft", TEXT) for tone in ("good", "waiting", "bad", "info")),
    ("bad", "surface", TEXT),
    ("bad", "paper", TEXT),
    *(("line-strong", ground, GRAPHIC) for ground in ("paper", "surface")),
    *(("brand", ground, GRAPHIC) for ground in ("paper", "surface", "lamp-soft", "bad-soft")),
    ("surface", "good", GRAPHIC),
]


def tokens(scheme: str) -> dict[str, str]:
    source = (CSS / "tokens.css").read_text(encoding="utf-8")
    light, dark = source.split("@media screen and (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", dark))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "needed"), PAIRS)
def test_pairs_of_colours_are_readable(scheme: str, front: str, back: str, needed: float) -> None:
    known = tokens(scheme)
    assert contrast(known[front], known[back]) >= needed, f"{front} on {back} in {scheme}"


def test_black_on_white_is_the_known_extreme() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_colours_are_written_only_among_the_tokens() -> None:
    """A colour written elsewhere would escape the test above. The printed page is black on white."""
    for sheet in CSS.glob("*.css"):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", sheet.read_text(encoding="utf-8"))
        assert not found, f"{sheet.name}: {found}"


def test_marks_drawn_by_the_style_sheets_are_not_read_aloud() -> None:
    """Words beside them say the same. Older browsers keep the mark: they take the first of the two lines."""
    marks = [
        (sheet.name, mark, after)
        for sheet in CSS.glob("*.css")
        for mark, after in re.findall(r'content: ("[^\w"(.]+");([^};]*)', sheet.read_text(encoding="utf-8"))
    ]
    assert len(marks) >= 5
    assert [mark for _, mark, after in marks if f'content: {mark} / ""' not in after] == []


def test_every_token_used_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text(encoding="utf-8")))
    for sheet in CSS.glob("*.css"):
        used = set(re.findall(r"var\(--([\w-]+)", sheet.read_text(encoding="utf-8")))
        assert used <= defined, f"{sheet.name}: {used - defined}"


def test_the_style_sheets_stay_light_and_old_browsers_understand_them() -> None:
    sheets = {sheet.name: sheet.read_text(encoding="utf-8") for sheet in CSS.glob("*.css")}
    by_every_page = (Path(settings.BASE_DIR) / "templates/ui/stylesheets.html").read_text(encoding="utf-8")
    shared = sum(len(text.encode()) for name, text in sheets.items() if name in by_every_page)
    of_a_page = max(len(text.encode()) for name, text in sheets.items() if name not in by_every_page)
    assert shared + of_a_page < 36_000
    assert not any("light-dark(" in text or "&:" in text for text in sheets.values())


def test_every_style_sheet_is_linked() -> None:
    """By every page, or by the pages it is for."""
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    links = "".join(template.read_text(encoding="utf-8") for template in templates)
    for sheet in CSS.glob("*.css"):
        assert f"css/{sheet.name}" in links
