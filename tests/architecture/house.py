"""The house as data: its rooms from pyproject.toml, its sources and its templates from the folders."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
APPS = ("accounts", "associations", "companies", "infotheque", "partnerships", "matching")
TEMPLATES = ROOT / "templates"

# Folders of templates/ that do not bear the name of their room.
ROOM_OF_FOLDER = {
    "account": "accounts",
    "mfa": "accounts",
    "allauth": "accounts",
    "mail_pages": "mail",
    "django": "ui",
    "admin": "ui",
}


def levels() -> dict[str, int]:
    """Room -> floor, the ground floor being 0; rooms side by side share a floor."""
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        name.strip().strip("()"): floor
        for floor, line in enumerate(reversed(layers))
        for name in re.split(r"[|:]", line)
    }


def python_files(*folders: str) -> Iterator[Path]:
    """Our sources, migrations left out."""
    for folder in folders or (*APPS, "mecenova"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def template_files() -> Iterator[Path]:
    yield from sorted(
        path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".md", ".txt", ".xml"}
    )
    yield from sorted((ROOT / "mecenova").rglob("templates/**/*.html"))


def name_of(template: Path) -> str:
    """The name by which Django finds it."""
    parts = template.parts
    return "/".join(parts[len(parts) - parts[::-1].index("templates") :])


def room_of_template(name: str) -> str:
    """`mail/<room>/x.md` belongs to <room>; what lies at the top belongs to ui."""
    folders = name.split("/")[:-1]
    if len(folders) > 1 and folders[0] == "mail":
        folders = folders[1:]
    folder = folders[0] if folders else "ui"
    room = ROOM_OF_FOLDER.get(folder, folder)
    return room if room in APPS else f"mecenova.{room}"


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))
