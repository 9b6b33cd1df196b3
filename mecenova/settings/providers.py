"""Who can carry our mails through its own interface, and what each asks for."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

KEY, SECRET, API_URL = "MAIL_PROVIDER_KEY", "MAIL_PROVIDER_SECRET", "MAIL_PROVIDER_API_URL"
SIGNING_KEY = "MAIL_PROVIDER_SIGNING_KEY"
# Of each provider: the setting of anymail that each variable of the environment fills.
PROVIDERS = {
    "brevo": {KEY: "BREVO_API_KEY"},
    "mailersend": {KEY: "MAILERSEND_API_TOKEN"},
    "mailgun": {KEY: "MAILGUN_API_KEY"},
    "mailjet": {KEY: "MAILJET_API_KEY", SECRET: "MAILJET_SECRET_KEY"},
    "postmark": {KEY: "POSTMARK_SERVER_TOKEN"},
    "sparkpost": {KEY: "SPARKPOST_API_KEY"},
}
# Those whose accounts kept in Europe are served at another address than anymail's own.
ELSEWHERE = {"mailgun": "MAILGUN_API_URL", "sparkpost": "SPARKPOST_API_URL"}
# Those who sign their news; the others are known by ANYMAIL_WEBHOOK_SECRET alone.
SIGNING = {"mailersend": "MAILERSEND_SIGNING_SECRET", "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY"}


def provider_settings(provider: str, given: Mapping[str, str]) -> dict[str, str]:
    """anymail's settings, from the variables that are filled; empty when mails leave through SMTP.

    Raises ImproperlyConfigured where no mail would ever leave: keys of nobody, a provider that we do not
    know, or a part only of what it asks for.
    """
    filled = {name: value for name, value in given.items() if value}
    if provider and provider not in PROVIDERS:
        raise ImproperlyConfigured(
            f"MAIL_PROVIDER is {provider!r}: it must be one of {', '.join(PROVIDERS)}, or empty."
        )
    if filled and not provider:
        raise ImproperlyConfigured(f"{', '.join(filled)} is set, but MAIL_PROVIDER names no provider.")
    asked = PROVIDERS.get(provider, {})
    missing = [name for name in asked if name not in filled]
    if filled and missing:
        raise ImproperlyConfigured(f"To send through {provider}, {', '.join(missing)} must be set too.")
    if API_URL in filled and provider not in ELSEWHERE:
        raise ImproperlyConfigured(f"{API_URL} is set, but {provider} has one address only.")
    taken = asked | ({API_URL: ELSEWHERE[provider]} if API_URL in filled else {})
    return {setting: filled[name] for name, setting in taken.items() if filled}


def hearing_settings(provider: str, signing_key: str, *, hears: bool) -> dict[str, str]:
    """anymail's setting for the signature of a provider's news; `hears` is whether it was given our secret.

    Raises ImproperlyConfigured where every bounce told to us would be refused, or a key proves nothing.
    """
    if signing_key and provider not in SIGNING:
        raise ImproperlyConfigured(
            f"{SIGNING_KEY} is set, but {provider or 'nobody'} does not sign its news."
        )
    if hears and provider in SIGNING and not signing_key:
        raise ImproperlyConfigured(f"To hear the news of {provider}, {SIGNING_KEY} must be set too.")
    return {SIGNING[provider]: signing_key} if signing_key else {}
