"""Each link of the library is tried once a week; those that fail are tried again before they are hidden."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded

from infotheque.models import Document, LinkCheck
from infotheque.models.link_check import MOST_FAILURES
from infotheque.operations.links import SEEN_LATELY, record_link_check
from infotheque.web import SILENT, Answer, Web
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

NOT_TRIED = "la vérification s’est arrêtée sur une erreur de notre côté\u00a0: ouvrez le lien vous-même"
# So many links without one that is heard: the silence is our own.
SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one link answered. Heard, it shows that this machine reaches the web."""

    pk: UUID
    link: str
    problem: str
    replacement: str = ""
    is_heard: bool = False


def check_links(web: Web, *, most_seconds: float) -> int:
    """Try what was not tried lately, oldest first, as long as there is time; returns how many were tried.

    Silence is kept back until some link is heard. When none is, of SEVERAL or more, none is blamed: it is
    logged as an error, and they are tried again the next night.
    """
    until = time.monotonic() + most_seconds
    tried = 0
    kept_back: list[Verdict] = []
    is_web_heard = False
    for pk, link, home in Document.objects.with_links_to_try(clock.now() - SEEN_LATELY):
        if time.monotonic() > until:
            break
        tried += 1
        verdict = _tried(web, pk, link, home)
        if verdict is None:
            continue
        kept_back.append(verdict)
        is_web_heard = is_web_heard or verdict.is_heard
        if is_web_heard:
            _record_all(kept_back)
            kept_back = []
    if len(kept_back) >= SEVERAL:
        logger.error("None of %s links answered: has this machine a way out to the web?", len(kept_back))
    else:
        _record_all(kept_back)
    return tried


def _tried(web: Web, pk: UUID, link: str, home: str) -> Verdict | None:
    """One link. What breaks on our side is logged, waits its week and does not stop the others: None."""
    try:
        answer = web.try_address(link)
        replacement = _replacement(web, pk, link, home, answer)
    except SoftTimeLimitExceeded:
        # It has held this worker long after the pass should have ended: not again, first, tomorrow night.
        _record(Verdict(pk, link, SILENT))
        raise
    except Exception:
        logger.exception("The link of document %s could not be checked", pk)
        _record(Verdict(pk, link, NOT_TRIED), is_ours=True)
        return None
    return Verdict(pk, link, answer.problem, replacement, answer.is_heard or bool(replacement))


def _record_all(verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        _record(verdict)


def _record(verdict: Verdict, *, is_ours: bool = False) -> None:
    """What cannot be written is logged, and waits its week: it does not stop the others."""
    try:
        record_link_check(
            document=Document(pk=verdict.pk),
            link=verdict.link,
            problem=verdict.problem,
            replacement=verdict.replacement,
            is_ours=is_ours,
        )
    except Document.DoesNotExist:
        # Taken away while its link was tried.
        return
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it tries no other link.
        raise
    except Exception:
        logger.exception("What the link of document %s answered could not be kept", verdict.pk)
        if not is_ours:
            _record(Verdict(verdict.pk, verdict.link, NOT_TRIED), is_ours=True)


def _replacement(web: Web, pk: UUID, link: str, home: str, answer: Answer) -> str:
    """Where it says it has gone for good; when it is about to be hidden, the nearest page that answers."""
    if answer.is_alive:
        return answer.moved_to
    check = LinkCheck.objects.filter(document=pk, link=link).first()
    if check is None or check.failures + 1 < MOST_FAILURES:
        return ""
    for candidate in _nearby(link, home):
        if web.try_address(candidate).is_alive:
            return candidate
    return ""


def _nearby(link: str, home: str) -> list[str]:
    try:
        parts = urlsplit(link)
    except ValueError:
        return [home] if home else []
    secure = [f"https://{parts.netloc}{parts.path}"] if parts.scheme == "http" else []
    nearby = [*secure, home, f"{parts.scheme}://{parts.netloc}/"]
    return [address for address in dict.fromkeys(nearby) if address and address != link]
