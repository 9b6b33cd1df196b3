"""What every installation shares. Nothing here names a machine or holds a secret."""

from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()


def database_from(url: str, *, pool: bool = False) -> dict[str, Any]:
    """Django's settings for the server named by `url`; `?host=/folder` names a Unix socket.

    DATABASE_LOCK_TIMEOUT bounds the wait for a row that somebody else holds; without it there is no bound.
    """
    database: dict[str, Any] = environ.Env.db_url_config(url)
    database["ENGINE"] = "django.db.backends.postgresql"
    options = database.setdefault("OPTIONS", {})
    database["HOST"] = options.pop("host", database["HOST"])
    database["CONN_MAX_AGE"] = 0
    if lock_timeout := env.str("DATABASE_LOCK_TIMEOUT", default=""):
        options["options"] = f"-c lock_timeout={lock_timeout}"
    if pool:
        # A database that was restarted leaves dead connections behind: each is tried before it is handed out.
        database["CONN_HEALTH_CHECKS"] = True
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 4}
    return database


def cache_at(url: str) -> dict[str, Any]:
    """Django's settings for a cache on that server. Silent, it costs a second and no more.

    In the database after the one of the queues, which is the address's own: to empty a cache is to empty its
    database, and would take the queues away.
    """
    told = urlsplit(url)
    location = urlunsplit(told._replace(path=f"/{int(told.path.strip('/') or 0) + 1}"))
    bounds = {"socket_timeout": 1, "socket_connect_timeout": 1}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location, "OPTIONS": bounds}


INSTALLED_APPS = [
    # The house, from the top floor down: who may import whom is in pyproject.toml.
    "mecenova.simulation",
    "mecenova.pages",
    "matching",
    "partnerships",
    "associations",
    "companies",
    "infotheque",
    "accounts",
    "mecenova.rehearsal",
    "mecenova.agenda",
    "mecenova.imports",
    "mecenova.mail",
    "mecenova.reference",
    "mecenova.workflow",
    "mecenova.search",
    "mecenova.ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "lucide",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "mecenova.ui.returning.LogInAndComeBackMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mecenova.ui.returning.RefusedMethodMiddleware",
    "mecenova.ui.middleware.SharedComputerMiddleware",
    "mecenova.ui.middleware.ReadableAddressMiddleware",
    "mecenova.ui.middleware.OutageMiddleware",
]

ROOT_URLCONF = "mecenova.urls"
WSGI_APPLICATION = "mecenova.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["mecenova.ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "mecenova.ui.forms.PlainFormRenderer"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": cache_at("redis://localhost/0")}

AUTH_USER_MODEL = "accounts.User"
# It is Django's own, with addresses: beside it, a wrong password would be hashed twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:dashboard"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "login": "accounts.forms.EntranceForm",
    "confirm_email_verification_code": "accounts.forms.CodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
# A browser left open is not enough to take an account away: addresses and closing ask the password again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Beyond allauth's own limits: mails to addresses that may be somebody else's, and what a person just signed
# up could repeat.
ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip,100/d/ip",
    "reset_password": "20/m/ip,60/d/ip,5/d/key",
    # Each code: of a sign-up, asked again, or for an address that a member adds.
    "confirm_email": "1/10s/key,5/d/key,100/d/ip",
    "manage_email": "10/d/user",
    # Wrong passwords for one account from all networks together (accounts.adapter).
    "login_failed_anywhere": "20/h/key",
    "claim": "10/h/user",
    "register_organisation": "10/h/user",
    "invite": "30/h/user",
    "introduce": "30/h/user",
    "accept_invitation": "30/m/ip",
    "close_account": "10/h/user",
    "export_person": "10/h/user",
    "book_slot": "30/h/user",
    "library_tip": "10/h/ip",
    "library_useful": "30/m/ip",
    "library_opened": "120/m/ip",
    "one_click": "30/m/ip",
    "search_gap": "20/m/ip",
    # Mailbox providers press the button for many people from one address.
    "unsubscribe": "120/m/ip",
    "provider_news": "600/m/ip",
}
ACCOUNT_LOGOUT_ON_GET = False
# A second step at log-in, for whoever wants one. The team sees everybody's files: each of it has one.
TEAM_NEEDS_SECOND_STEP = True
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_TOTP_ISSUER = "Mecenova"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondStepForm",
    "reauthenticate": "accounts.forms.SecondStepAgainForm",
    "activate_totp": "accounts.forms.ActivateSecondStepForm",
}
ACCOUNT_SESSION_REMEMBER = True

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
# True where days are lived ahead of time (mecenova.settings.rehearsal): nobody else's clock is to agree with.
VIRTUAL_CLOCK = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = BASE_DIR / "var" / "media"
# No form takes a file, but those whose view says how many bytes of it (mecenova.imports.uploads).
FILE_UPLOAD_HANDLERS = ["mecenova.ui.uploads.NoFileUploadHandler"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 360
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 1}

# Where the addresses in mails point to, and who signs them.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Mecenova <bonjour@mecenova.example>")
# Who publishes the site and who hosts it, as the law asks to be told. What is empty is said to be missing.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
PUBLISHER = {
    "name": env.str("PUBLISHER_NAME", default=""),
    "address": env.str("PUBLISHER_ADDRESS", default=""),
    "phone": env.str("PUBLISHER_PHONE", default=""),
    "director": env.str("PUBLISHER_DIRECTOR", default=""),
    "host": env.str("PUBLISHER_HOST", default=""),
}
# Where the source of the site as it runs can be had, which its licence owes to whoever uses it (AGPL, 13).
SOURCE_URL = env.str("SOURCE_URL", default="")
EMAIL_TIMEOUT = 20
# Who carries the mails and tells of bounces (one of settings/providers.py); nobody: plain SMTP, no news.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
# « user:password » that the provider gives back with its news at /courriels/retours/<provider>/.
ANYMAIL: dict[str, Any] = {"WEBHOOK_SECRET": env.list("ANYMAIL_WEBHOOK_SECRET", default=[])}
