"""Settings of every process of the faults' suite: production's, but for addresses, pace, clock and log-in."""

from pathlib import Path

from mecenova.calendar import clock
from mecenova.settings.base import *  # noqa: F403
from mecenova.settings.base import INSTALLED_APPS, cache_at, database_from, env
from tests.faults.virtual_clock import RATE, VirtualClock

FOLDER = Path(env.str("FAULTS_FOLDER"))
# One clock for all processes, the database's included.
SHARED_CLOCK = VirtualClock(Path(env.str("FAULTS_CLOCK")))
clock.set_clock(SHARED_CLOCK)

SECRET_KEY = "only-for-faults"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
INSTALLED_APPS = ["tests.faults.hooks.Hooks", *INSTALLED_APPS]

# Pooled as in production, except in the process of the tests, whose database is replaced under its feet.
DATABASES = {"default": database_from(env.str("DATABASE_URL"), pool=env.bool("FAULTS_POOL", default=False))}
# « public » first: its clock_timestamp() stands before the system's.
DATABASES["default"]["OPTIONS"]["options"] = "-c search_path=public,pg_catalog"
REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": cache_at(REDIS_URL)}
CELERY_BROKER_URL = REDIS_URL
# Every sweep as often as in production, by the virtual clock.
VIRTUAL_RATE = RATE
SWEEP_SECONDS = 60 / RATE

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The team of these processes has no telephone: the second step is tested with the accounts.
TEAM_NEEDS_SECOND_STEP = False
SITE_URL = env.str("SITE_URL")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.int("EMAIL_PORT")
# Real seconds, as the mail server is real; less than the lease, which the virtual clock makes last six.
EMAIL_TIMEOUT = 4

MEDIA_ROOT = FOLDER / "media"
STATIC_ROOT = FOLDER / "static"
STORAGES = {
    "default": {"BACKEND": "mecenova.whole_files.WholeFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Served from where they are written: nothing is collected.
WHITENOISE_AUTOREFRESH = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
