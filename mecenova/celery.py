"""The worker's application, and the only clock-driven work there is: beat wakes, due rows decide."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.production")

app = Celery("mecenova", task_cls="mecenova.calendar.clock_check:ClockedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

EVERY_MINUTE = 60.0
app.conf.beat_schedule = {
    # What follow-ups and digests write leaves in the same minute.
    "run-due-follow-ups": {"task": "mecenova.agenda.tasks.run_due_follow_ups", "schedule": EVERY_MINUTE},
    "compose-digests": {"task": "mecenova.mail.tasks.compose_digests", "schedule": EVERY_MINUTE},
    "deliver-mail": {"task": "mecenova.mail.tasks.deliver_mail", "schedule": EVERY_MINUTE},
    "carry-out-imports": {"task": "mecenova.imports.tasks.carry_out_imports", "schedule": EVERY_MINUTE},
    "read-deposits": {"task": "infotheque.tasks.read_deposits", "schedule": EVERY_MINUTE},
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
    "match-what-changed": {"task": "matching.tasks.run_small_round", "schedule": 10 * EVERY_MINUTE},
    "match-everything": {
        "task": "matching.tasks.run_nightly_round",
        "schedule": crontab(hour="2", minute="30"),
    },
    "register-baskets": {"task": "mecenova.pages.tasks.register_baskets", "schedule": crontab(minute="5")},
    "compute-previews": {"task": "mecenova.rehearsal.tasks.make_previews", "schedule": EVERY_MINUTE},
    "preview-the-month": {
        "task": "mecenova.rehearsal.tasks.ask_nightly_preview",
        "schedule": crontab(hour="4", minute="0"),
    },
}
