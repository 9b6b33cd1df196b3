"""The entries of the header and of the footer. A page that this installation lacks is left out of both."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

PUBLIC = (
    ("Besoins", "companies:need_list"),
    ("Associations", "associations:list"),
    ("Entreprises", "companies:list"),
    ("Infothèque", "infotheque:list"),
    ("Comprendre", "pages:understand"),
)
# At the end of every page; in the header, where those who have an account need the room, for visitors only.
OBSERVATORY = ("Observatoire", "pages:observatory")
SIGNED_IN = (("Tableau de bord", "pages:dashboard"), ("Mon compte", "accounts:person"))
STAFF = (("Équipe", "pages:control_tower"),)
VISITOR = (("Connexion", "account_login"), ("Inscription", "accounts:sign_up"))
# The team's own rooms, listed at the foot of the control tower.
TEAM = (
    ("Créneaux de rendez-vous", "agenda:team_slots"),
    ("Pourquoi cette paire\u202f?", "matching:choose_pair"),
    ("Infothèque de l’équipe", "infotheque:curation"),
    ("Imports", "imports:list"),
    ("Doublons possibles", "accounts:duplicates"),
    ("Tous les courriels", "pages:mails"),
    ("Courriels en échec et adresses en panne", "mail:failed"),
    ("Délais des relances", "agenda:delays"),
    ("Après un «\u202fnon\u202f»", "partnerships:refusal_steps"),
    ("Lectures prescrites", "pages:readings"),
    ("Contrôle des prochaines étapes", "agenda:silence"),
    ("Relances en erreur", "agenda:errors"),
    ("Observatoire de l’équipe", "pages:team_observatory"),
)
# For whoever was given rights in Django's admin; to the rest of the team it answers that it is not theirs.
ADMINISTRATION = (("Administration", "admin:index"),)
ABOUT = (
    ("Nous écrire", "pages:contact"),
    ("Mentions légales", "pages:legal"),
    ("Données personnelles", "pages:privacy"),
    ("Accessibilité", "pages:accessibility"),
)
FOOTER = (("Accueil", "pages:home"), *PUBLIC, OBSERVATORY, *ABOUT)
PROMINENT = {"accounts:sign_up"}


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool
    prominent: bool


def entries(table: tuple[tuple[str, str], ...], path: str) -> list[Entry]:
    """The entries that can be reached; the one that holds the page being read is marked current."""
    found = []
    for label, name in table:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        current = path == url if url == "/" else bool(path) and path.startswith(url)
        found.append(Entry(label, url, current, name in PROMINENT))
    return found


def header(request: Any) -> dict[str, Any]:
    """What the header shows to this reader, without a query beyond the session's own."""
    path = request.path if request is not None else ""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    account = entries(SIGNED_IN, path) if signed_in else entries(VISITOR, path)
    if signed_in and user.is_staff:
        account += entries(STAFF, path)
    public = PUBLIC if signed_in else (*PUBLIC, OBSERVATORY)
    return {"public": entries(public, path), "account": account, "signed_in": signed_in}


def team(user: Any) -> list[Entry]:
    """The team's rooms, and the administration for whoever may open something there."""
    return entries((*TEAM, *ADMINISTRATION) if user.get_all_permissions() else TEAM, "")


def footer(request: Any) -> dict[str, Any]:
    """What the footer shows to everybody: the public pages again, within reach at the end of a long one."""
    return {"entries": entries(FOOTER, request.path if request is not None else "")}
