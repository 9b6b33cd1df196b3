"""The worker's application, and the only clock-driven work there is: beat wakes, due rows decide."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.production")

app = Celery("mecenova")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

EVERY_MINUTE = 60.0
app.conf.beat_schedule = {
    "deliver-mail": {"task": "mecenova.mail.tasks.deliver_mail", "schedule": EVERY_MINUTE},
    "run-due-follow-ups": {"task": "mecenova.agenda.tasks.run_due_follow_ups", "schedule": EVERY_MINUTE},
    "match-what-changed": {"task": "matching.tasks.run_small_round", "schedule": 10 * EVERY_MINUTE},
    "match-everything": {
        "task": "matching.tasks.run_nightly_round",
        "schedule": crontab(hour="2", minute="30"),
    },
}
