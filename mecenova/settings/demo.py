"""The demo on one machine, for any command: `make demo`, `manage.py shell`, `manage.py match`...

Without DATABASE_URL and REDIS_URL each process joins the embedded servers, which stop with their last user.
"""

from pathlib import Path

from mecenova import local_services

from .base import *  # noqa: F403
from .base import BASE_DIR, INSTALLED_APPS, cache_at, database_from, env

DEMO_FOLDER = Path(env.str("DEMO_FOLDER", default=str(BASE_DIR / "var" / "demo")))


def _where_it_answers() -> str:
    """For the links of any command: where `make demo` answers, or did last, as its lock tells."""
    lock = DEMO_FOLDER / "supervisor.lock"
    told = lock.read_text(encoding="utf-8").split() if lock.exists() else []
    return told[0].rstrip("/") if told else "http://127.0.0.1:8000"


DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
if not (DATABASE_URL and REDIS_URL):
    _services = local_services.attach(DEMO_FOLDER)
    DATABASE_URL = DATABASE_URL or _services.database_url
    REDIS_URL = REDIS_URL or _services.redis_url

# Known to everybody: the demo answers on this machine only and holds invented people.
SECRET_KEY = "the-demo-has-no-secret-and-no-real-person-in-it"
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = ["mecenova.demo", *INSTALLED_APPS]

SITE_URL = env.str("SITE_URL", default=_where_it_answers())

DATABASES = {"default": database_from(DATABASE_URL, pool=True)}
CACHES = {"default": cache_at(REDIS_URL)}
CELERY_BROKER_URL = REDIS_URL

STATIC_ROOT = DEMO_FOLDER / "static"
MEDIA_ROOT = DEMO_FOLDER / "media"
STORAGES = {
    "default": {"BACKEND": "mecenova.whole_files.WholeFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Its three passwords are on the screen: no telephone is asked for beside them.
TEAM_NEEDS_SECOND_STEP = False

# Invented, like everybody here.
PUBLISHER = {
    "name": "IMS, association d’entreprises (démonstration)",
    "address": "12 rue de la Lampe, 75000 Paris",
    "phone": "01 99 00 00 00",
    "director": "Inès Marchand-Dubois",
    "host": "Hébergement de démonstration, 3 quai du Nuage, 59000 Lille, 03 53 01 00 00",
}

# Nothing leaves the machine: mails are files, and pages of /courriels-de-demonstration/.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DEMO_FOLDER / "mails"
