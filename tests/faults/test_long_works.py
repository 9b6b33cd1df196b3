"""F14: long works hold every place of their worker. Mails and follow-ups do not wait behind them."""

import pytest

from mecenova.celery import LONG, PROMPT
from mecenova.imports.tasks import carry_out_imports
from mecenova.mail.wake import send_quickly
from tests.faults.processes import CHILDREN, all_ready
from tests.faults.servers import eventually


@pytest.mark.F14
def test_f14_imports_that_never_end_keep_no_mail_waiting(scene):
    busy = scene.worker("long", queues=LONG, FAULTS_LONG="1")
    all_ready(busy, scene.worker("prompt", queues=PROMPT, FAULTS_LONG="1"))
    for _ in range(3 * CHILDREN):
        send_quickly(carry_out_imports)
    eventually(lambda: busy.said.count("An import begins") == CHILDREN, "every place is taken")
    all_ready(scene.beat())
    scene.people_go_on()
    scene.settle()
    assert "An import begins" not in scene.logs().replace(busy.said, "")
    assert busy.said.count("An import begins") == CHILDREN, "they hold their places still"
    scene.check()
