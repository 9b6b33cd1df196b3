"""An SMTP backend that says which failures leave the outcome unknown.

Until the content is handed over, a broken connection means that nothing was sent. Once it has left and the
answer is missing, the mail may have arrived: only that case is an OutcomeUnknown.
"""

import smtplib
import ssl
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoSmtpBackend


class OutcomeUnknown(smtplib.SMTPException):
    """The connection broke between the mail's content and the server's answer."""


class _Careful:
    """Mixed into smtplib's clients."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            raise
        except (OSError, ssl.SSLError) as error:
            raise OutcomeUnknown(f"no answer after DATA: {error}") from error


class _CarefulSmtp(_Careful, smtplib.SMTP):
    pass


class _CarefulSmtpSsl(_Careful, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoSmtpBackend):
    """Django's backend over a client that tells unknown outcomes apart."""

    knows_outcomes = True

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _CarefulSmtpSsl if self.use_ssl else _CarefulSmtp
