"""What one presentation to the mail server came to: a table from exceptions to decisions, without effects."""

import random
import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from celery.exceptions import SoftTimeLimitExceeded
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from mecenova.mail.smtp import OutcomeUnknown

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Before a mail that may have arrived is presented again. Few times, so that nobody receives it often; soon at
# first, as somebody may wait for a code; then so late that a provider silent for a day loses nothing.
UNKNOWN_WAITS = (
    timedelta(minutes=3),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=30),
)
PERMANENT = 500
# RFC 5321: no such mailbox, not here, name not allowed. As often, relaying denied or a black list: only the
# numbers of RFC 3463 (5.1.x, 5.2.1), or words about whoever receives, speak of the address.
_NO_SUCH_ADDRESS = {550, 551, 553}
_WHO = r"(?:user|mailbox|recipient|account|address|utilisateur|destinataire|adresse|boîte)"
_IS_NOT = (
    r"(?:unknown|no such|invalid|non-?existent|not exist\w*|not found|disabled|inactive|inconnue?|n.existe)"
)
_SAYS_WHO = re.compile(rf"\b{_WHO}\b.{{0,60}}\b{_IS_NOT}\b|\b{_IS_NOT}\b.{{0,30}}\b{_WHO}\b", re.IGNORECASE)
# 5.1.7 and 5.1.8 speak of the sender.
_OURS = {"7", "8"}
# RFC 5321: more than the server has room for.
_TOO_BIG = 552
# Of a provider's interface: an unknown key, a bill, an account suspended.
_WHO_ARE_YOU = {401, 402, 403}
# Of what stands before its interface: it was handed the mail, and did not hear what became of it.
_UNHEARD = {502, 504}
# What a provider's interface raises before it has heard anything: no route, no name, no answer to the call.
_NEVER_REACHED = (ConnectTimeoutError, NewConnectionError, ProxyError)
_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")


class Outcome(StrEnum):
    SENT = "sent"
    # The server said no for good (5xx; of a recipient, saying why), or the mail cannot be written.
    REFUSED = "refused"
    # The server said not now (4xx), or did not say why; or something broke before it accepted.
    LATER = "later"
    # No server to talk to: this says nothing about the mail, and nothing else can leave either.
    NO_SERVER = "no_server"
    # The server refuses us, whatever the mail: the same, but that somebody has to look.
    ALL = "all"
    # Cut after the content had left: it may have arrived.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    error: str = ""
    # The server said that this address exists no more, or never did.
    about_recipient: bool = False
    # It said no for good. Said to one after the other, it is said of us.
    for_good: bool = False


def in_words(error: BaseException) -> str:
    """As the team reads it; within the room that a mail and a line have for it."""
    return f"{type(error).__name__}: {error}"[:2000]


def judge(error: BaseException, *, knows_outcomes: bool) -> Verdict:
    """The decision for an exception raised while presenting a mail.

    A backend that cannot say when the connection broke leaves every broken connection unknown.
    """
    said = in_words(error)
    if isinstance(error, OutcomeUnknown | SoftTimeLimitExceeded):
        # The time of the worker may have run out while the server's answer was on its way.
        return Verdict(Outcome.UNKNOWN, said)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        permanent = bool(codes) and all(code >= PERMANENT for code in codes)
        gone = permanent and all(_says_gone(*answer) for answer in error.recipients.values())
        refused = gone or (permanent and all(_has_number(*answer) for answer in error.recipients.values()))
        outcome = Outcome.REFUSED if refused else Outcome.LATER
        return Verdict(outcome, said, about_recipient=gone, for_good=permanent)
    if isinstance(error, smtplib.SMTPSenderRefused) and not _says_too_big(error):
        # Our own address: every mail would be refused, and it is for us to mend.
        return judge_opening(error) if error.smtp_code >= PERMANENT else Verdict(Outcome.LATER, said)
    if isinstance(error, smtplib.SMTPResponseException):
        for_good = error.smtp_code >= PERMANENT
        return Verdict(Outcome.REFUSED if for_good else Outcome.LATER, said, for_good=for_good)
    if isinstance(error, AnymailRecipientsRefused):
        return Verdict(Outcome.REFUSED, said, about_recipient=True, for_good=True)
    if isinstance(error, AnymailAPIError) and (status := getattr(error, "status_code", None)):
        if status in _WHO_ARE_YOU:
            return Verdict(Outcome.ALL, said)
        if status in _UNHEARD:
            return Verdict(Outcome.UNKNOWN, said)
        # 400 and 422 speak of the mail; the others of our pace, or of the provider's own day.
        refused = status in {400, 422}
        return Verdict(Outcome.REFUSED if refused else Outcome.LATER, said, for_good=refused)
    if _was_never_reached(error):
        return Verdict(Outcome.NO_SERVER, said)
    if isinstance(error, (smtplib.SMTPServerDisconnected, OSError)):
        return Verdict(Outcome.LATER if knows_outcomes else Outcome.UNKNOWN, said)
    if isinstance(error, (ValueError, UnicodeError)):
        return Verdict(Outcome.REFUSED, said)
    return Verdict(Outcome.LATER, said)


def judge_opening(error: BaseException) -> Verdict:
    """The same for what is raised before any mail is spoken of: our name, our password, our address."""
    said = in_words(error)
    refused = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT
    return Verdict(Outcome.ALL if refused else Outcome.NO_SERVER, said)


def _was_never_reached(error: BaseException) -> bool:
    """Whether no connection to the provider was made, so that nothing can have left.

    anymail raises its own error from the one of requests, which holds urllib3's, which knows why it gave up.
    """
    raised = error.__cause__ or error
    if not isinstance(raised, requests.ConnectionError):
        return False
    gave_up = raised.args[0] if raised.args else None
    return isinstance(getattr(gave_up, "reason", None), _NEVER_REACHED)


def _says_gone(code: int, answer: bytes | str) -> bool:
    """Whether a permanent refusal speaks of the address, not of our policy, our size or a full mailbox."""
    words = _words(answer)
    enhanced = _ENHANCED.search(words)
    if enhanced is None:
        return code in _NO_SUCH_ADDRESS and "sender" not in words.lower() and bool(_SAYS_WHO.search(words))
    if enhanced[1] == "1":
        return enhanced[2] not in _OURS
    return (enhanced[1], enhanced[2]) == ("2", "1")


def _says_too_big(error: smtplib.SMTPSenderRefused) -> bool:
    """A server that was told the size of a mail may refuse it before it has asked for whom it is."""
    return error.smtp_code == _TOO_BIG


def _has_number(code: int, answer: bytes | str) -> bool:
    """Whether the server says exactly why; where it does not, a refusal may well be for a while."""
    return _ENHANCED.search(_words(answer)) is not None


def _words(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def back_off(attempts: int) -> timedelta:
    """One minute, then twice as long each time, up to six hours; a third more or less, to spread the load."""
    wait = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 16), LONGEST_WAIT)
    return wait * random.uniform(2 / 3, 4 / 3)  # noqa: S311 (spreads load, keeps no secret)
