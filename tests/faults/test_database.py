"""F5: PostgreSQL stopped at once and started again, connections terminated, under worker, beat and web."""

import pytest
from django.db import connections

from tests.faults.processes import CHILDREN, all_ready, pause


@pytest.mark.F5
def test_f5_postgresql_stopped_at_once_and_restarted(scene):
    scene.mail_server.delay = 0.02
    web = scene.web()
    scene.worker_and_beat()
    all_ready(web)
    for _ in range(2):
        scene.in_the_middle(scene.random.randint(3, 30))
        scene.postgres.stop_at_once()
        # Whoever was told « accepted » cannot write it down.
        scene.allow_repeats(CHILDREN)
        assert web.status("/associations/") == 503
        pause(1)
        scene.postgres.start()
        connections.close_all()
        assert [web.status("/associations/") for _ in range(10)] == [200] * 10, (
            "no dead connection is handed out"
        )
        scene.people_go_on()
    scene.heal()
    scene.settle_and_check()


@pytest.mark.F5
def test_f5_connections_terminated(scene):
    scene.mail_server.delay = 0.02
    web = scene.web()
    scene.worker_and_beat()
    all_ready(web)
    for _ in range(3):
        scene.in_the_middle(scene.random.randint(3, 30))
        scene.postgres.terminate_connections()
        connections.close_all()
        scene.allow_repeats(CHILDREN)
        assert [web.status("/associations/") for _ in range(10)] == [200] * 10, (
            "no dead connection is handed out"
        )
        scene.people_go_on()
    scene.heal()
    scene.settle_and_check()
