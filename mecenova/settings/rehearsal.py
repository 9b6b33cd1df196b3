"""A life apart: its own database and clock, mails that go nowhere, no broker, nothing shared with the site.

For the child processes of `mecenova.rehearsal` and of `manage.py simulate`, which hand over the database.
"""

import json

from .base import *  # noqa: F403
from .base import env

# Connection settings in JSON, as Django writes them: a password may hold any character.
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **json.loads(env.str("APART_DATABASE"))}}
# Nobody needs this database after a power cut; its many short queries gain nothing from being compiled.
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "options": "-c synchronous_commit=off -c jit=off",
    # The same statements all year long: each is planned once, unless its values are worth a plan of their own
    # (a few rows wait, and have an index to themselves).
    "server_side_binding": True,
    "prepare_threshold": 2,
}
# A few rows at a time: a cursor kept on the server would ask three times for each answer.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"

# Signs links that nobody will ever receive.
SECRET_KEY = "nothing-signed-here-leaves-this-process"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS: list[str] = []
VIRTUAL_CLOCK = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
