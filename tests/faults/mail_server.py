"""The mail server of tests/mail, in its own threads, that can also hang, be slow, and be gone."""

import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings

from tests.mail.smtp_sink import CUT_AFTER_DATA, Conversation, Server, Sink

# Longer than the site waits.
HANG_SECONDS = settings.EMAIL_TIMEOUT + 1.5
HANG_ON_RECIPIENT, HANG_ON_ANSWER, CUT_IN_DATA = "hang_on_recipient", "hang_on_answer", "cut_in_data"


class Talk(Conversation):
    def receive(self, behaviour: str, recipient: str) -> bool:
        if behaviour == CUT_IN_DATA:
            self.rfile.readline()
            return False
        if behaviour == HANG_ON_ANSWER:
            super().receive(CUT_AFTER_DATA, recipient)
            time.sleep(HANG_SECONDS)
            return False
        return super().receive(behaviour, recipient)


class MailServer(Sink):
    """What was accepted, by whom, and what to answer next; `on_recipient` is called before
    the content, `on_accept` before the 250 leaves.

    `delay` is taken twice, before the content and before the answer: there is time to die at each place.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.delay = 0.0
        self.on_recipient: Callable[[], None] | None = None
        self.on_accept: Callable[[EmailMessage], None] | None = None
        self._server: Server | None = None

    def open(self) -> None:
        self._server = Server(("127.0.0.1", self.port), Talk)
        self._server.sink = self
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def close(self) -> None:
        """Nobody answers at this address; who is talking may finish."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def behaviour_for(self, recipient: str) -> str:
        time.sleep(self.delay)
        if self.on_recipient is not None:
            self.on_recipient()
        behaviour = super().behaviour_for(recipient)
        if behaviour == HANG_ON_RECIPIENT:
            time.sleep(HANG_SECONDS)
        return behaviour

    def accept(self, recipient: str, content: bytes) -> None:
        time.sleep(self.delay)
        super().accept(recipient, content)
        if self.on_accept is not None:
            self.on_accept(message_from_bytes(content, policy=policy.default))

    @property
    def count(self) -> int:
        return len(self.accepted)
