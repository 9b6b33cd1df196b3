"""What the server says by itself, asked of a real gunicorn, started as in the image."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mecenova.local_services import die_with_parent
from tests.faults.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
# The site is not needed to see what the server says.
APPLICATION = """
def application(environ, start_response):
    if environ["PATH_INFO"] == "/broken":
        raise ValueError
    start_response("200 OK", [])
    return [b"the site"]
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gunicorn")
    (folder / "answering.py").write_text(APPLICATION)
    command = json.loads(re.search(r"(?m)^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text())[1])
    port = free_port()
    options = [f"--pythonpath={folder}", f"--bind=127.0.0.1:{port}"]
    options += [word for word in command[2:] if not word.startswith("--bind=")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "answering", *options],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def asking(request: bytes) -> tuple[str, str]:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as asked:
            asked.sendall(request)
            told = b""
            while part := asked.recv(65536):
                told += part
        head, _, body = told.partition(b"\r\n\r\n")
        return head.decode(), body.decode()

    try:
        for _ in range(300):
            assert server.poll() is None, (folder / "log").read_text()
            try:
                asking(b"GET / HTTP/1.0\r\n\r\n")
                break
            except OSError:
                time.sleep(0.1)
        yield asking
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (b"GET / HTTP/<b>9</b>\r\n\r\n", "400 Bad Request", "ne peut pas être lue"),
        (b"GET / HTTP/1.1\r\nmal\xc3\xa9 crit\r\n\r\n", "400 Bad Request", "ne peut pas être lue"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", "414 URI Too Long", "trop longue"),
        (
            b"GET / HTTP/1.1\r\nCookie: " + b"a" * 9000 + b"\r\n\r\n",
            "431 Request Header Fields Too Large",
            "les cookies de ce site",
        ),
        (b"GET /broken HTTP/1.1\r\n\r\n", "500 Internal Server Error", "dans quelques minutes"),
    ],
)
def test_what_the_server_refuses_by_itself_is_told_in_plain_french(ask, request_, status, words):
    head, body = ask(request_)
    assert head.startswith(f"HTTP/1.1 {status}\r\n")
    assert "Content-Type: text/plain; charset=utf-8" in head
    assert f"Content-Length: {len(body.encode())}" in head
    assert words in body
    assert body.endswith(".")
    assert not re.search(r"<|Invalid|Error|aaaa", body)


def test_what_the_site_answers_is_left_as_it_is(ask):
    head, body = ask(b"GET / HTTP/1.0\r\n\r\n")
    assert head.startswith(("HTTP/1.1 200", "HTTP/1.0 200"))
    assert body == "the site"
