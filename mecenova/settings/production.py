"""Production: everything that names a machine or holds a secret is read from the environment."""

from .base import *  # noqa: F403
from .base import ANYMAIL, MAIL_PROVIDER, cache_at, database_from, env
from .providers import API_URL, KEY, SECRET, hearing_settings, provider_settings

SECRET_KEY = env.str("SECRET_KEY")
# Former keys: what they signed, links of mails and sessions, is still read; nothing is signed with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
# As browsers name it, where a form comes from.
SITE_URL = env.str("SITE_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATABASES = {"default": database_from(env.str("DATABASE_URL"), pool=True)}
# Apart from the address, so that any character may be in it.
if password := env.str("POSTGRES_PASSWORD", default=""):
    DATABASES["default"]["PASSWORD"] = password
REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": cache_at(REDIS_URL)}
CELERY_BROKER_URL = REDIS_URL

# smtp+tls://user:password@host:587, or smtp://mailpit:1025
EMAIL_CONFIG = env.email_url("EMAIL_URL")
vars().update(EMAIL_CONFIG)
# With a key, mails leave through the provider's own interface; without one, through EMAIL_URL.
PROVIDER_KEYS = {
    KEY: env.str("MAIL_PROVIDER_KEY", default=""),
    SECRET: env.str("MAIL_PROVIDER_SECRET", default=""),
    API_URL: env.str("MAIL_PROVIDER_API_URL", default=""),
}
if keys := provider_settings(MAIL_PROVIDER, PROVIDER_KEYS):
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL.update(keys)
SIGNING_KEY = env.str("MAIL_PROVIDER_SIGNING_KEY", default="")
ANYMAIL.update(hearing_settings(MAIL_PROVIDER, SIGNING_KEY, hears=bool(ANYMAIL["WEBHOOK_SECRET"])))
SERVER_EMAIL = DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")

MEDIA_ROOT = env.path("MEDIA_ROOT", default="/srv/mecenova/media")
STORAGES = {
    "default": {"BACKEND": "mecenova.whole_files.WholeFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# HTTPS ends at a proxy that sets X-Forwarded-Proto. HTTPS_ONLY=False only to try the image without one.
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
# A promise for every name under ours, and a list of browsers that is slow to leave: their owner decides.
HSTS_SUBDOMAINS = HTTPS_ONLY and env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_SUBDOMAINS
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
if HTTPS_ONLY:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# The visitor's address, for rate limits, is read behind this many proxies.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mecenova.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Gunicorn has handlers of its own, which would write what was asked and what was raised.
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        # Django leaves the body of what HEAD asks, and the server drops it: one warning each would hide the
        # rest.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
