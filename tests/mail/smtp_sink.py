"""A mail server in this process that answers as it is told to, and counts what it has accepted."""

import contextlib
import socketserver
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

ACCEPT = "accept"
GREETING_REFUSED = "greeting_refused"
RECIPIENT_LATER, RECIPIENT_REFUSED = "recipient_later", "recipient_refused"
DATA_LATER, DATA_REFUSED = "data_later", "data_refused"
CUT_BEFORE_DATA, CUT_AFTER_DATA, HANG_AFTER_DATA = "cut_before_data", "cut_after_data", "hang_after_data"

HANG_SECONDS = 1.5


class Conversation(socketserver.StreamRequestHandler):
    """One connection. The behaviour is looked up when the recipient is known."""

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.say("421 not today" if self.server.sink.closed_door else "220 sink")
            if not self.server.sink.closed_door:
                self.talk()

    def talk(self) -> None:
        sink, behaviour, recipient = self.server.sink, ACCEPT, ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                self.say("250-sink\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                self.say(sink.answers.get(verb, "235 welcome"))
            elif verb == "MAIL":
                self.say(sink.answers.get(verb, "250 ok"))
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                sink.presented.append(recipient)
                behaviour = sink.behaviour_for(recipient)
                answers = {RECIPIENT_LATER: "451 later", RECIPIENT_REFUSED: "550 no such user here"}
                said = behaviour if behaviour[0].isdigit() else answers.get(behaviour, "250 ok")
                self.say(sink.answers.get(verb, said))
            elif verb == "DATA":
                if behaviour == CUT_BEFORE_DATA:
                    return
                if verb in sink.answers:
                    self.say(sink.answers[verb])
                    continue
                self.say("354 go on")
                if not self.receive(behaviour, recipient):
                    return
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def receive(self, behaviour: str, recipient: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        refusals = {DATA_LATER: "451 later", DATA_REFUSED: "554 never"}
        if behaviour in refusals:
            self.say(refusals[behaviour])
            return True
        self.server.sink.accept(recipient, b"".join(lines))
        if behaviour == HANG_AFTER_DATA:
            time.sleep(HANG_SECONDS)
        if behaviour in (CUT_AFTER_DATA, HANG_AFTER_DATA):
            return False
        self.say("250 accepted")
        return True


class Sink:
    """What was accepted, and what to answer next to whom."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, EmailMessage]] = []
        self.behaviours: dict[str, list[str]] = defaultdict(list)
        self.closed_door = False
        # By command, what everybody is answered while it is there.
        self.answers: dict[str, str] = {}
        self.presented: list[str] = []
        self.port = 0
        self._lock = threading.Lock()

    def behaviour_for(self, recipient: str) -> str:
        with self._lock:
            planned = self.behaviours[recipient]
            return planned.pop(0) if planned else ACCEPT

    def accept(self, recipient: str, content: bytes) -> None:
        with self._lock:
            self.accepted.append((recipient, message_from_bytes(content, policy=policy.default)))

    def times_by_message_id(self) -> Counter[str]:
        return Counter(str(message["Message-ID"]) for _, message in self.accepted)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    sink: Sink


@contextlib.contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()
    with Server(("127.0.0.1", 0), Conversation) as server:
        server.sink = sink
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
