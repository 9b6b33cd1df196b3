"""The report of a year, today's rules beside those of 2009, for whoever runs `manage.py simulate`."""

from collections.abc import Iterator

from mecenova.simulation.figures import Figures

WIDTH = 62


def told(today: Figures, before: Figures) -> Iterator[str]:
    yield f"{'':{WIDTH}}{'Mecenova':>12}{'règles 2009':>14}"
    for words, value_of in LINES:
        yield f"{words:{WIDTH}}{value_of(today):>12}{value_of(before):>14}"
    yield ""
    yield "Promesses (tenues / non tenues)"
    for promise in today.promises:
        yield f"  {promise.number}. {promise.title} : {promise.kept} / {promise.broken}. {promise.detail}"
    yield "Délais de la promesse 4 non tenus, par ce qui a manqué"
    for words, number in (
        ("aucune entreprise ne convient", today.unattended.no_company),
        ("toutes celles qui conviennent l’ont déjà vue", today.unattended.none_new),
        ("leurs places étaient prises", today.unattended.no_place),
        ("rien : une place est restée libre", today.unattended.place_left),
    ):
        yield f"  {words:{WIDTH - 2}}{number:>12}"
    yield f"Nuits et dossiers sans prochaine étape : {today.nights_without_step}"


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _maybe(value: float | None) -> str:
    return "jamais" if value is None else _number(value)


def _share(part: int, whole: int) -> str:
    return f"{_number(100 * part / whole)} %" if whole else "—"


LINES = (
    ("Plus long silence d’une association (jours)", lambda f: _number(f.silence_longest)),
    ("  95 % ont connu moins de", lambda f: _number(f.silence_p95)),
    ("  médiane", lambda f: _number(f.silence_median)),
    ("Demandes de mise en relation (délai écoulé)", lambda f: str(f.requests.asked)),
    (
        "  répondues ou libérées dans le délai promis",
        lambda f: _share(f.requests.answered_in_time + f.requests.released_in_time, f.requests.asked),
    ),
    ("  répondues", lambda f: _share(f.requests.answered, f.requests.asked)),
    ("  répondues dans le délai", lambda f: _share(f.requests.answered_in_time, f.requests.asked)),
    ("  libérées", lambda f: _share(f.requests.released, f.requests.asked)),
    ("  libérées dans le délai", lambda f: _share(f.requests.released_in_time, f.requests.asked)),
    ("  sans aucune suite", lambda f: _share(f.requests.silent, f.requests.asked)),
    ("Présentations par association prête : Gini", lambda f: _number(f.presentations.gini, 2)),
    ("  minimum", lambda f: _number(f.presentations.lowest, 0)),
    ("  médiane", lambda f: _number(f.presentations.median)),
    ("  maximum", lambda f: _number(f.presentations.highest, 0)),
    ("  jamais présentées", lambda f: _share(f.presentations.none, f.presentations.number)),
    ("Courriels par personne et par semaine : moyenne", lambda f: _number(f.mails_mean, 2)),
    ("  95 % des semaines, au plus", lambda f: _number(f.mails_p95, 0)),
    ("  maximum", lambda f: str(f.mails_most)),
    ("Première réponse, médiane (minutes)", lambda f: _maybe(f.welcome_minutes)),
    ("Vérification par une personne, médiane (jours)", lambda f: _maybe(f.check_days)),
    ("Première présentation, médiane (jours)", lambda f: _maybe(f.presentation_days)),
    ("Équipe : heures par jour travaillé, moyenne", lambda f: _number(f.staff_hours_mean)),
    ("  maximum", lambda f: _number(f.staff_hours_most)),
    ("Partenariats ouverts", lambda f: str(f.partnerships)),
    ("  signés", lambda f: str(f.signed)),
)
