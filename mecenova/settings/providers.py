"""Who can carry our mails through its own interface, and what each asks for."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

KEY, SECRET = "MAIL_PROVIDER_KEY", "MAIL_PROVIDER_SECRET"
# Of each provider: the setting of anymail that each variable of the environment fills.
PROVIDERS = {
    "brevo": {KEY: "BREVO_API_KEY"},
    "mailersend": {KEY: "MAILERSEND_API_TOKEN"},
    "mailgun": {KEY: "MAILGUN_API_KEY"},
    "mailjet": {KEY: "MAILJET_API_KEY", SECRET: "MAILJET_SECRET_KEY"},
    "postmark": {KEY: "POSTMARK_SERVER_TOKEN"},
    "sendgrid": {KEY: "SENDGRID_API_KEY"},
    "sparkpost": {KEY: "SPARKPOST_API_KEY"},
}


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
    return {setting: filled[name] for name, setting in asked.items() if filled}
