"""Settings: the address of a database, the deployment check, logs that hold nobody's words."""

import json
import logging
import os
import subprocess
import sys

import pytest

from mecenova.logs import JsonFormatter
from mecenova.settings.base import database_from
from tests.architecture.house import ROOT


def test_a_database_on_a_socket():
    database = database_from("postgresql://postgres:@/people?host=/run/somewhere")
    assert database["HOST"] == "/run/somewhere"
    assert database["NAME"] == "people"
    assert "host" not in database["OPTIONS"]


def test_a_database_on_a_host_with_a_pool():
    database = database_from("postgresql://me:secret@db:5433/people", pool=True)
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db", 5433, "secret")
    assert database["OPTIONS"]["pool"]
    assert database["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(("https_only", "code"), [("True", 0), ("False", 1)])
def test_the_deployment_check_refuses_a_weaker_site(https_only, code):
    # What browser tests allow themselves is no setting of a deployment.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    result = subprocess.run(
        ["sh", ".ci/check-deploy", sys.executable],
        cwd=ROOT,
        env={**environment, "HTTPS_ONLY": https_only},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stderr


def line_for(**extra) -> dict:
    record = logging.makeLogRecord({"name": "django.request", "levelno": 40, "levelname": "ERROR", **extra})
    return json.loads(JsonFormatter().format(record))


def test_a_log_line_never_holds_an_address_with_its_link(rf):
    request = rf.get("/lien/a-signed-secret/")
    line = line_for(msg="%s: %s", args=("Not Found", request.path), request=request, status_code=404)
    assert line["message"] == "404 no page"
    assert "secret" not in json.dumps(line)


def test_an_exception_is_told_without_its_words():
    try:
        raise ValueError("jeanne@example.org")
    except ValueError:
        line = line_for(msg="Failed", exc_info=sys.exc_info())
    assert line["exception"] == "ValueError"
    assert "test_settings.py" in line["where"][0]
    assert "jeanne" not in json.dumps(line)
