"""What `manage.py simulate` tells whoever runs it; the year itself is lived in test_year."""

import json
from dataclasses import asdict, replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mecenova.rehearsal import scratch
from mecenova.simulation.figures import Figures, Promise
from mecenova.simulation.network import draw
from mecenova.simulation.rules_2009 import Year2009

SIZE = {"associations": 6, "companies": 2, "days": 10}


@pytest.fixture
def lived(monkeypatch):
    """A year whose figures are given, instead of lived by another process in another database."""
    figures = Year2009(draw(**SIZE, seed=1, start=date(2027, 1, 4))).live()

    def live(**changed) -> Figures:
        told = {
            "figures": asdict(replace(figures, **changed)),
            "processor": 1.0,
            "megabytes": 90.0,
            "errors": [],
        }
        monkeypatch.setattr(scratch, "run_manage", lambda *arguments: json.dumps(told))

    monkeypatch.setattr(scratch, "with_schema", lambda name: name)
    monkeypatch.setattr(scratch, "create", lambda name, like: None)
    monkeypatch.setattr(scratch, "drop", lambda name: None)
    return live


def promise(number: int, *, broken: int) -> Promise:
    return Promise(number, "Une prochaine étape", kept=40, broken=broken)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"promises": (promise(1, broken=0), promise(3, broken=2))}, 2),
        ({"nights_without_step": 3}, 3),
        ({"promises": (promise(6, broken=1),), "nights_without_step": 1}, 2),
    ],
)
def test_a_broken_promise_is_told_in_the_last_line_and_fails_the_command(lived, changed, broken):
    lived(**changed)
    out = StringIO()
    with pytest.raises(CommandError, match=f"pas été tenu {broken} fois") as failure:
        call_command("simulate", **SIZE, stdout=out)
    assert failure.value.returncode == 1
    assert out.getvalue().splitlines()[-1] == f"promises broken: {broken}"


@pytest.mark.django_db
def test_a_year_that_keeps_its_promises_succeeds_whatever_attention_lacked(lived):
    """The fourth is reported: it depends on how much attention companies give."""
    lived(promises=(promise(1, broken=0), promise(4, broken=12)))
    out = StringIO()
    call_command("simulate", **SIZE, stdout=out)
    assert out.getvalue().splitlines()[-1] == "promises broken: 0"
