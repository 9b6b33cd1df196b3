"""The promises made to everybody, kept and broken, read from the rows that time has settled.

A promise is settled once, on the day it is kept or on the day its delay ends, and changes sides no more. What
is not yet due is neither kept nor broken, and so is what lost its object before: somebody left, a need was
closed. A promised day lasts until its evening, in Paris.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncDate, TruncMonth

from mecenova.agenda.models import SilenceCheck
from mecenova.calendar import clock
from mecenova.mail.enums import Unsent
from mecenova.ui.figures import integer

_SETTLED = files("mecenova.pages").joinpath("promises.sql").read_text("utf-8")
_BY_MONTH = f"""{_SETTLED}
SELECT
  part,
  date_trunc('month', day)::date AS month,
  count(*) FILTER (WHERE kept) AS kept,
  count(*) FILTER (WHERE NOT kept) AS broken
FROM settled
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY part, month
ORDER BY month, part
"""  # noqa: S608 (words of this room only; values are parameters)
_UNATTENDED = f"""{_SETTLED}
SELECT subject_id, since, deadline
FROM dated
WHERE part = 'attention' AND NOT kept AND day BETWEEN %(first)s AND %(last)s
ORDER BY since, subject_id
"""  # noqa: S608 (words of this room only; values are parameters)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a promise says, and how each one is called on screen."""

    slug: str
    words: str


@dataclass(frozen=True, slots=True)
class Promise:
    """`kept_when` is the definition shown to everybody; the SQL beside this file says the same."""

    number: int
    title: str
    kept_when: str
    broken_when: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """`detail` says in French what was counted, part by part when there are several."""

    number: int
    title: str
    kept: int
    broken: int
    detail: str

    @property
    def settled(self) -> int:
        return self.kept + self.broken


PROMISES = (
    Promise(
        1,
        "Une prochaine étape, toujours",
        "Chaque nuit, chaque dossier en cours est contrôlé\u00a0: il a une prochaine étape, "
        "quelqu’un qui la doit, et une date.",
        "Un dossier trouvé une nuit sans prochaine étape.",
        (Part("step", "Contrôles de nuit"),),
    ),
    Promise(
        2,
        "Une première vraie réponse tout de suite",
        "Le courriel d’accueil est parti dans l’heure de l’inscription. Une personne de l’équipe a vérifié "
        "la fiche, ou dit ce qui manque, avant la date annoncée, qui ne compte ni les "
        "jours fériés, ni août, ni la fin d’année.",
        "L’heure ou le délai est passé, et l’organisme n’avait pas quitté le site.",
        (Part("welcome", "Accueils dans l’heure"), Part("check", "Vérifications dans le délai")),
    ),
    Promise(
        3,
        "Une demande a une réponse, ou se libère",
        "Au soir de la date limite affichée (absences et pauses non comptées), la demande "
        "a reçu un oui, un non ou un «\u202fplus tard\u202f» daté\u202f; sinon, elle est libérée le matin "
        "ouvré suivant. Qui l’avait faite en a été averti.",
        "Ce matin-là est passé sans rien de tout cela, ou personne n’a été averti.",
        (Part("answer", "Demandes de mise en relation"),),
    ),
    Promise(
        4,
        "Une attention équitable",
        "Une association vérifiée, complète, ouverte, avec un projet en ligne, a été présentée à une "
        "entreprise ou appelée par l’équipe dans les quatre-vingt-dix jours.",
        "Quatre-vingt-dix jours ont passé sans présentation ni appel.",
        (Part("attention", "Délais de quatre-vingt-dix jours"),),
    ),
    Promise(
        5,
        "Un refus est une étape",
        "Un «\u202fnon\u202f», à une demande ou à une suggestion, porte une raison de la liste\u00a0: elle "
        "mène à un document que l’infothèque montre, à une chose à reprendre et à une date. Qui l’a reçu en "
        "a été averti.",
        "Le document manque ou a été retiré, la date manque, ou le courriel n’a pas pu partir.",
        (Part("refusal", "Refus"),),
    ),
    Promise(
        6,
        "Aucun message perdu",
        "Dans l’heure où il devait partir, un courriel est parti, a été annulé avec une raison, ou a échoué "
        "et l’équipe le voit. Une clé unique interdit de l’écrire deux fois.",
        "Une heure après son moment, le courriel attendait encore, ou une ligne avait manqué sa lettre de la "
        "semaine.",
        (Part("mail", "Courriels"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Delay:
    """Since when an organisation waited, and the last day that it was told."""

    organisation: UUID
    since: datetime
    deadline: date


@dataclass(frozen=True, slots=True)
class _Line:
    part: str
    month: date
    kept: int
    broken: int


def kept(first: date, last: date) -> list[PromiseCount]:
    """Promises 1 to 6 settled from the first day to the last, both included, in a constant number of queries.

    1. A next step: subjects seen by the nightly checks, and those found without one.
    2. A first answer: welcomes within the hour of a sign-up, human checks by their first deadline.
    3. An introduction: answered or postponed by its deadline, or released on the working morning after; and
       the asking side told.
    4. Fair attention: 90-day delays of associations, ended by a presentation or by a call.
    5. A refusal: introductions and suggestions declined, with a document that the library shows, a part to
       rewrite and a date to try again; and the side that was told no written to.
    6. Messages: mails due, gone within the hour or accounted for.
    """
    return _counts(_lines(first, last))


def kept_by_month(first: date, last: date) -> dict[date, list[PromiseCount]]:
    """The same, by first day of month; months in which nothing was settled are left out."""
    lines = _lines(first, last)
    months = sorted({line.month for line in lines})
    return {month: _counts(line for line in lines if line.month == month) for month in months}


def unattended(first: date, last: date) -> list[Delay]:
    """The delays of promise 4 that ran out between these days without a presentation or a call."""
    return [Delay(*row) for row in _read(_UNATTENDED, first, last)]


def _counts(lines: Iterable[_Line]) -> list[PromiseCount]:
    kept_parts: Counter[str] = Counter()
    broken_parts: Counter[str] = Counter()
    for line in lines:
        kept_parts[line.part] += line.kept
        broken_parts[line.part] += line.broken
    return [
        PromiseCount(
            promise.number,
            promise.title,
            sum(kept_parts[part.slug] for part in promise.parts),
            sum(broken_parts[part.slug] for part in promise.parts),
            " ".join(
                _told(part.words, kept_parts[part.slug], broken_parts[part.slug]) for part in promise.parts
            ),
        )
        for promise in PROMISES
    ]


def _told(words: str, kept: int, broken: int) -> str:
    if not kept + broken:
        return f"{words}\u00a0: rien d’échu sur la période."
    return f"{words}\u00a0: {integer(kept)} sur {integer(kept + broken)}."


def _lines(first: date, last: date) -> list[_Line]:
    return [*_silence(first, last), *_settled(first, last)]


def _settled(first: date, last: date) -> list[_Line]:
    return [_Line(*row) for row in _read(_BY_MONTH, first, last)]


def _read(statement: str, first: date, last: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        moments = {"first": first, "last": last, "now": clock.now()}
        cursor.execute(statement, {**moments, "restored": str(Unsent.RESTORED)})
        return cursor.fetchall()


def _silence(first: date, last: date) -> list[_Line]:
    """The nightly checks: a subject found without a next step breaks the promise that night."""
    nights = SilenceCheck.objects.annotate(day=TruncDate("at", tzinfo=clock.PARIS))
    by_month = (
        nights.filter(day__gte=first, day__lte=last)
        .order_by()
        .values(month=TruncMonth("at", tzinfo=clock.PARIS))
        .annotate(seen=Sum("subjects"), without=Sum("violations"))
    )
    return [
        _Line("step", clock.paris(line["month"]).date(), line["seen"] - line["without"], line["without"])
        for line in by_month
    ]
