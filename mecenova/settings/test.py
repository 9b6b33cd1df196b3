"""Settings of the test suite: own servers, nothing slow that the tests do not study."""

from mecenova import local_services

from .base import *  # noqa: F403
from .base import BASE_DIR, INSTALLED_APPS, cache_at, database_from, env

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
if not (DATABASE_URL and REDIS_URL):
    _services = local_services.attach(BASE_DIR / "var" / "test", durable=False)
    DATABASE_URL = DATABASE_URL or _services.database_url
    REDIS_URL = REDIS_URL or _services.redis_url

# Each process has two databases for itself, whoever tests here at the same moment, and empties nobody else's.
_server, _, _database = REDIS_URL.rpartition("/")
REDIS_URL = f"{_server}/{int(_database) + 2 * local_services.own_number(BASE_DIR / 'var' / 'test')}"

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
INSTALLED_APPS = ["mecenova.demo", *INSTALLED_APPS]

DATABASES = {"default": database_from(DATABASE_URL)}
CACHES = {"default": cache_at(REDIS_URL)}
CELERY_BROKER_URL = REDIS_URL

# Asked for where it is studied (tests/accounts/test_second_step.py).
TEAM_NEEDS_SECOND_STEP = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are served from where they are written: nothing is collected.
WHITENOISE_AUTOREFRESH = True
SITE_URL = "http://testserver"
