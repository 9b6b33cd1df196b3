"""The table of rooms holds for imports (import-linter), for foreign keys and for templates."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from tests.architecture.house import (
    APPS,
    ROOT,
    levels,
    name_of,
    python_files,
    relative,
    room_of_template,
    template_files,
)

PLANTED = {
    "accounts/enums.py": ("from matching.models import Suggestion", "Each room imports only"),
    "associations/enums.py": ("from associations.models import Association", "Inside an app"),
    "partnerships/urls.py": ("from companies import urls", "From companies, other rooms import only"),
    "infotheque/leftovers.py": ("", "infotheque.leftovers"),
}


def local_apps() -> list:
    return [each for each in apps.get_app_configs() if Path(each.path).parent in (ROOT, ROOT / "mecenova")]


def upward_keys(floors: dict[str, int]) -> list[str]:
    found = []
    for config in local_apps():
        for field in (field for model in config.get_models() for field in model._meta.get_fields()):
            target = getattr(field, "related_model", None)
            if not target or field.auto_created or target._meta.label == settings.AUTH_USER_MODEL:
                continue
            target_floor = floors.get(target._meta.app_config.name, -1)
            same_room = target._meta.app_config is config
            if not same_room and target_floor >= floors[config.name]:
                found.append(f"{field} points at {target._meta.label}")
    return found


def upward_templates(floors: dict[str, int]) -> list[str]:
    found = []
    for path in template_files():
        room = room_of_template(name_of(path))
        text = path.read_text()
        for used in re.findall(r"""{%-?\s*(?:extends|include)\s+["']([^"'#]+)""", text):
            other = room_of_template(used)
            if other != room and floors[other] >= floors[room]:
                found.append(f"{name_of(path)} uses {used}")
    return found


# Of each library, the modules that import it, as docs/adr/0019 and 0020 say.
DOORS = {
    "anymail": {"mail.attaching", "mail.outcomes", "mail.receivers", "mail.views.provider"},
    "rapidfuzz": {"identifiers.likeness", "infotheque.searching"},
    "pypdfium2": {"infotheque.reading.pdf"},
    "puremagic": {"infotheque.reading.types"},
    "PIL": {"infotheque.reading.pictures"},
    "docx": {"infotheque.shelf.model_agreements"},
}


@pytest.mark.parametrize(("library", "doors"), DOORS.items())
def test_a_library_stands_behind_its_doors(library, doors):
    imported = re.compile(rf"(?m)^\s*(?:import|from) {library}\b")
    found = {
        relative(path).removesuffix(".py").replace("/", ".").removeprefix("mecenova.")
        for path in python_files()
        if imported.search(path.read_text())
    }
    assert found == doors


def test_every_local_app_has_its_floor():
    assert {each.name for each in local_apps()} - set(levels()) == set()


def test_every_template_belongs_to_a_room():
    assert {room_of_template(name_of(path)) for path in template_files()} - set(levels()) == set()


def test_foreign_keys_point_down():
    assert upward_keys(levels()) == []


def test_templates_use_what_lies_below():
    assert upward_templates(levels()) == []


def test_an_upside_down_house_is_refused():
    upside_down = {room: -floor for room, floor in levels().items()}
    assert upward_keys(upside_down)
    assert upward_templates(upside_down)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path):
    for package in (*APPS, "mecenova"):
        if (ROOT / package).exists():
            shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_the_contracts_refuse_planted_violations(copy_of_the_house):
    for file, (line, _) in PLANTED.items():
        path = copy_of_the_house / file
        before = path.read_text() if path.exists() else ""
        path.write_text(f"{before}\n{line}\n")
    result = lint_imports(copy_of_the_house)
    told = " ".join(result.stdout.split())
    assert result.returncode == 1
    broken = told.split("Broken contracts")[1]
    assert [sign for _, sign in PLANTED.values() if sign not in broken] == []
