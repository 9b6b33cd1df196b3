from copy import deepcopy
from pathlib import Path

import pytest

from tests.mail import links_for_tests, notifications_for_tests  # noqa: F401  (registers them)
from tests.mail.smtp_sink import running_sink


@pytest.fixture
def sink(settings):
    """A mail server of our own, reached through the backend of production."""
    with running_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 1
        yield server


@pytest.fixture(autouse=True)
def _templates_of_these_tests(settings):
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
