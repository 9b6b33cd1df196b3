"""What one presentation to the mail server came to: a table from exceptions to decisions, without effects."""

import random
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mecenova.mail.smtp import OutcomeUnknown

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
PERMANENT = 500


class Outcome(StrEnum):
    SENT = "sent"
    # The server said no for good (5xx), or the mail cannot be written.
    REFUSED = "refused"
    # The server said not now (4xx), or the connection or something unforeseen broke before it accepted.
    LATER = "later"
    # No server to talk to: this says nothing about the mail, and nothing else can leave either.
    NO_SERVER = "no_server"
    # Cut after the content had left: it may have arrived.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    error: str = ""


def judge(error: BaseException, *, knows_outcomes: bool) -> Verdict:
    """The decision for an exception raised while presenting a mail.

    A backend that cannot say when the connection broke leaves every broken connection unknown.
    """
    said = f"{type(error).__name__}: {error}"[:2000]
    if isinstance(error, OutcomeUnknown):
        return Verdict(Outcome.UNKNOWN, said)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        permanent = bool(codes) and all(code >= PERMANENT for code in codes)
        return Verdict(Outcome.REFUSED if permanent else Outcome.LATER, said)
    if isinstance(error, smtplib.SMTPSenderRefused):
        # Our own address or credentials: every mail would be refused, and it is for us to mend.
        return Verdict(Outcome.LATER, said)
    if isinstance(error, smtplib.SMTPResponseException):
        return Verdict(Outcome.REFUSED if error.smtp_code >= PERMANENT else Outcome.LATER, said)
    if isinstance(error, (smtplib.SMTPServerDisconnected, OSError)):
        return Verdict(Outcome.LATER if knows_outcomes else Outcome.UNKNOWN, said)
    if isinstance(error, (ValueError, UnicodeError)):
        return Verdict(Outcome.REFUSED, said)
    return Verdict(Outcome.LATER, said)


def back_off(attempts: int) -> timedelta:
    """One minute, then twice as long each time, up to six hours; a third more or less, to spread the load."""
    wait = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 16), LONGEST_WAIT)
    return wait * random.uniform(2 / 3, 4 / 3)  # noqa: S311 (spreads load, keeps no secret)
