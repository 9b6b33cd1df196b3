"""The learning paths as files: one TOML a path, its steps in the order they are taken."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COURSES = Path(__file__).with_name("paths")


@dataclass(frozen=True)
class Lesson:
    """One step to be. `document` is the slug of a record of the shelf; `fields` are those of a Step."""

    document: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Course:
    """One path to be; `fields` are those of a Path."""

    slug: str
    fields: dict[str, Any]
    lessons: tuple[Lesson, ...]


def courses() -> list[Course]:
    return [_course(path) for path in sorted(COURSES.glob("*.toml"))]


def _course(path: Path) -> Course:
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = fields.pop("step")
    lessons = (
        Lesson(
            document=step.pop("document"),
            fields={name: value.strip() if isinstance(value, str) else value for name, value in step.items()},
        )
        for step in steps
    )
    return Course(slug=path.stem, fields=fields, lessons=tuple(lessons))
