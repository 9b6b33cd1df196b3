"""One test's stage: a clone of the morning, a clock, a mail server, and the processes it starts and kills."""

import contextlib
import random
import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.models import Model

from mecenova.agenda.operations import run_due
from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import OutgoingMail
from tests.faults import promises, world
from tests.faults.hooks import SWEEPS
from tests.faults.mail_server import MailServer
from tests.faults.processes import Beat, Web, Worker, all_ready
from tests.faults.servers import Postgres, Valkey, eventually
from tests.faults.virtual_clock import IN_THE_DATABASE, VirtualClock

# The same story each time; what the processes do between two of its lines is theirs.
SEED = 20261118
P = TypeVar("P", Worker, Beat, Web)
A = TypeVar("A")


class Servers:
    """The two servers, and the databases that tests are cloned from."""

    def __init__(self, postgres: Postgres, valkey: Valkey) -> None:
        self.postgres, self.valkey = postgres, valkey
        self.clock: VirtualClock = settings.SHARED_CLOCK
        self._references: dict[tuple[str, tuple[datetime, ...]], promises.Reference] = {}
        self.clock.move_to(world.MONDAY)
        self.start()
        postgres.run("CREATE DATABASE faults")
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute(IN_THE_DATABASE)
        self.keep_as("empty")
        self.prepare("morning", world.build)

    def prepare(self, name: str, build: Callable[[], None]) -> None:
        """Another morning than the usual one, in place of the last of this name."""
        self.postgres.run(f"DROP DATABASE IF EXISTS {name}")
        self._references = {key: kept for key, kept in self._references.items() if key[0] != name}
        self.clone("empty")
        build()
        self.keep_as(name)

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()

    def keep_as(self, name: str) -> None:
        connections.close_all()
        self.postgres.run(f"ALTER DATABASE faults RENAME TO {name}")

    def clone(self, name: str) -> None:
        connections.close_all()
        self.postgres.replace("faults", name)

    def reference(self, template: str, moments: tuple[datetime, ...]) -> promises.Reference:
        """What this morning gives without any fault."""
        if (template, moments) not in self._references:
            self.clone(template)
            self._references[template, moments] = promises.reference(moments)
        return self._references[template, moments]


class Scene:
    """`until` says at which moments the story lets the worker act: its reference acts at the same."""

    def __init__(
        self,
        servers: Servers,
        folder: Path,
        *,
        template: str = "morning",
        begins: datetime = world.BEGINNING,
        until: tuple[datetime, ...] = (world.BEGINNING,),
    ) -> None:
        servers.start()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.servers, self.folder = servers, folder
        self.postgres, self.valkey, self.clock = servers.postgres, servers.valkey, servers.clock
        self.label = folder.name
        self.random = random.Random(SEED)  # noqa: S311
        self.mail_server = MailServer(settings.EMAIL_PORT)
        self.processes: list[Worker | Beat | Web] = []
        self.account = promises.Account(servers.reference(template, until))
        servers.clone(template)
        self.clock.move_to(begins)
        self.valkey.flush()
        self.mail_server.open()

    # Processes.

    def worker(
        self,
        name: str = "worker",
        *,
        queues: str = "",
        before: Callable[[], None] | None = None,
        **environment: str,
    ) -> Worker:
        worker = Worker(self._free_name(name), self.folder, queues=queues, **environment)
        return self._start(worker, before)

    def beat(self, name: str = "beat", **environment: str) -> Beat:
        return self._start(Beat(self._free_name(name), self.folder, **environment))

    def web(self, before: Callable[[], None] | None = None, **environment: str) -> Web:
        port = int(settings.SITE_URL.rpartition(":")[2])
        return self._start(Web(self._free_name("web"), port, self.folder, **environment), before)

    def worker_and_beat(self, **environment: str) -> tuple[Worker, Beat]:
        both = self.worker(**environment), self.beat(**environment)
        all_ready(*both)
        return both

    def _free_name(self, name: str) -> str:
        taken = sum(process.name.startswith(name) for process in self.processes)
        return f"{name}{taken + 1}"

    def _start(self, process: P, before: Callable[[], None] | None = None) -> P:
        self.processes.append(process)
        process.start(before)
        return process

    # What happens.

    def received(self, more: int, *, within: float = promises.LIVENESS_SECONDS) -> None:
        """Wait until the mail server has accepted so many more, or nothing is left to wait for."""
        wanted = self.mail_server.count + more
        eventually(
            lambda: self.mail_server.count >= wanted or not self._answered(promises.backlog, 1),
            f"{more} mails more received",
            within=within,
        )

    def in_the_middle(self, more: int) -> None:
        """As `received`, for a fault that must find work to break."""
        self.received(more)
        assert promises.backlog(), "nothing was left: the fault would strike idle processes"

    def people_go_on(self, times: int = 1) -> list[Model]:
        """Live facts, and one that never happens in the end."""
        made: list[Model] = []
        for _ in range(times):
            self._facts = getattr(self, "_facts", 0) + 1
            label = f"vivant{self._facts}"
            self.account.never_happened |= world.rolled_back_facts(label)
            made += world.live_facts(label)
        return made

    def do_all_here(self) -> None:
        """In this process, by the same mail server, with the clock stopped."""
        self.clock.stop()
        while run_due() or compose_due() or deliver_due():
            pass
        self.heal()

    def allow_repeats(self, number: int) -> None:
        self.account.repeats_allowed += number

    def swept(self) -> None:
        """Wait until sweeps that began after now have ended, and nothing is left to do."""
        both = [f"{sweep}\\[\\S+ succeeded" for sweep in SWEEPS]
        before = [self._times(line) for line in both]
        eventually(
            lambda: (
                all(self._times(line) >= n + 4 for line, n in zip(both, before, strict=True))
                and not promises.backlog()
            ),
            "swept",
        )

    def _times(self, line: str) -> int:
        return len(re.findall(line, self.logs()))

    # The end.

    def heal(self) -> None:
        """From now on nothing is wrong any more."""
        self.account.healed_at = clock.now()

    def settle(self, *, retries: bool = True) -> None:
        """I8: everything is done soon after the last fault; then nothing moves any more."""
        if self.account.healed_at is None:
            self.heal()
        began = time.monotonic()
        eventually(lambda: self._answered(self._is_done, False, retries), "backlog 0 (I8)")
        print(f"{self.label}: backlog 0 after {time.monotonic() - began:.1f} s")

    def _is_done(self, retries: bool) -> bool:
        return not promises.backlog() and not (retries and promises.retries_to_come())

    def _answered(self, question: Callable[..., A], otherwise: A, *values: object) -> A:
        """Asked while the database may be away."""
        try:
            return question(*values)
        except OperationalError:
            connections.close_all()
            return otherwise

    def check(self) -> None:
        """The promises, once nothing runs any more; what was seen is printed for the run's report."""
        self.clock.stop()
        self.end_processes()
        promises.check(self.account, self.mail_server)
        print(self.seen())

    def settle_and_check(self) -> None:
        self.settle()
        self.check()

    def seen(self) -> str:
        repeats = sum(count - 1 for count in self.mail_server.times_by_message_id().values())
        rows = OutgoingMail.objects.count() - len(self.account.reference.sent_before)
        return (
            f"{self.label}: {rows} mails, {self.mail_server.count} acceptances, {repeats} repeats"
            f" of {self.account.repeats_allowed} allowed"
        )

    def logs(self) -> str:
        return "\n".join(process.said for process in self.processes)

    def end_processes(self) -> None:
        for process in self.processes:
            if process.process is not None:
                process.kill()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.mail_server.close()
        self.end_processes()
        connections.close_all()
        self.servers.start()
