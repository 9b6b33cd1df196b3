"""The worker's application, and the only clock-driven work there is: beat wakes, due rows decide."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.production")

app = Celery("mecenova", task_cls="mecenova.calendar.clock_check:ClockedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Sweeps of mails and follow-ups last seconds, and somebody waits for them; an import, deposits, a round or a
# preview may last an hour, and what is done at night some minutes. Each kind has its queue and its workers:
# the second takes no place of the first.
PROMPT, LONG = "prompt", "long"
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in (PROMPT, LONG)]
app.conf.task_default_queue = LONG
SWEEPS = (
    "mecenova.agenda.tasks.run_due_follow_ups",
    "mecenova.mail.tasks.compose_digests",
    "mecenova.mail.tasks.deliver_mail",
)
app.conf.task_routes = {name: {"queue": PROMPT} for name in SWEEPS}

EVERY_MINUTE = 60.0
# How long a message that only wakes is worth reading. Another follows within the minute, and those that
# nobody read would be read one by one. Not less: clocks may differ so much (mecenova.calendar.clock_check).
WAKES_FOR = 5 * EVERY_MINUTE


def often(task: str, seconds: float = EVERY_MINUTE) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds + WAKES_FOR}}


app.conf.beat_schedule = {
    # What follow-ups and digests write leaves in the same minute.
    "run-due-follow-ups": often("mecenova.agenda.tasks.run_due_follow_ups"),
    "compose-digests": often("mecenova.mail.tasks.compose_digests"),
    "deliver-mail": often("mecenova.mail.tasks.deliver_mail"),
    "carry-out-imports": often("mecenova.imports.tasks.carry_out_imports"),
    "read-deposits": often("infotheque.tasks.read_deposits"),
    "check-library-links": {
        "task": "infotheque.tasks.check_library_links",
        "schedule": crontab(hour="1", minute="20"),
    },
    "forget-useful-marks": {
        "task": "infotheque.tasks.forget_useful_marks",
        "schedule": crontab(hour="0", minute="25"),
    },
    "forget-visitors-addresses": {
        "task": "infotheque.tasks.forget_visitors",
        "schedule": crontab(hour="4", minute="20"),
    },
    "remove-old-import-files": {
        "task": "mecenova.imports.tasks.remove_old_import_files",
        "schedule": crontab(hour="4", minute="10"),
    },
    "share-the-teams-steps": {
        "task": "mecenova.agenda.tasks.share_the_teams_steps",
        "schedule": crontab(minute="10"),
    },
    "check-the-silence": {
        "task": "mecenova.agenda.tasks.check_the_silence",
        "schedule": crontab(hour="3", minute="15"),
    },
    "forget-ended-sessions": {
        "task": "accounts.tasks.forget_ended_sessions",
        "schedule": crontab(hour="4", minute="30"),
    },
    "keep-people-no-longer": {
        "task": "accounts.tasks.keep_no_longer",
        "schedule": crontab(hour="3", minute="50"),
    },
    "look-for-duplicates": {
        "task": "accounts.tasks.look_for_duplicates",
        "schedule": crontab(hour="4", minute="40"),
    },
    "recount-the-librarys-words": {
        "task": "infotheque.tasks.recount_words",
        "schedule": crontab(hour="3", minute="40"),
    },
    "forget-old-mails": {
        "task": "mecenova.mail.tasks.forget_old_mails",
        "schedule": crontab(hour="4", minute="20"),
    },
    "match-what-changed": often("matching.tasks.run_small_round", 10 * EVERY_MINUTE),
    "match-everything": {
        "task": "matching.tasks.run_nightly_round",
        "schedule": crontab(hour="2", minute="30"),
    },
    "register-baskets": {"task": "mecenova.pages.tasks.register_baskets", "schedule": crontab(minute="5")},
    "compute-observatory": {
        "task": "mecenova.pages.tasks.compute_observatory",
        "schedule": crontab(minute="50"),
    },
    "compute-previews": often("mecenova.rehearsal.tasks.make_previews"),
    "preview-the-month": {
        "task": "mecenova.rehearsal.tasks.ask_nightly_preview",
        "schedule": crontab(hour="4", minute="0"),
    },
}
