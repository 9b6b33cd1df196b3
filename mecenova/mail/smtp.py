"""An SMTP backend that says which failures leave the outcome unknown.

Until the content is handed over, a broken connection means that nothing was sent. Once it has left and the
answer is missing, the mail may have arrived: only that case is an OutcomeUnknown.
"""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoSmtpBackend


class OutcomeUnknown(smtplib.SMTPException):
    """The connection broke between the mail's content and the server's answer."""


class _Careful:
    """Mixed into smtplib's clients, which send commands as str and the mail's content as bytes."""

    _content_left = False

    def send(self, s: Any) -> None:
        self._content_left = self._content_left or isinstance(s, bytes)
        super().send(s)  # type: ignore[misc]

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._content_left = False
        try:
            return super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            if not self._content_left:
                raise
            raise OutcomeUnknown(f"no answer after the content: {error}") from error


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
