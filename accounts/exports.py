"""What the site knows of a person, as a file that another program can read (art. 15 and 20 of the GDPR)."""

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Model

from accounts.models import Organisation, User
from accounts.operations.merging import as_json, keys_to
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail

# Neither helps anybody to have: a password's trace, what is computed from the rest, the drawing of a text.
UNTOLD = {"password", "search", "html", "name_key", "key"}
# What a code or a reset link said opens the account: it is erased after two days anyway.
SECRET = {"subject", "text"}
# Of rows that are an organisation's, the team's or somebody else's, what this person wrote, chose or did:
# people leave, and what others made of it since is not their data. A key not named here is of rows of theirs.
SAID_BY_THEM = {
    "partnerships.Introduction.asked_by": (
        *("association", "company", "need", "project", "kind", "asked_by_side"),
        *("note", "created_at", "requested_at"),
    ),
    "matching.Diagnosis.chosen_by": ("project", "choice", "chosen_at"),
    "infotheque.Progress.done_by": ("step", "done_at"),
    "infotheque.Document.submitted_by": ("slug", "created_at"),
    "infotheque.Document.owner": ("slug",),
    "infotheque.SearchGap.settled_by": ("words", "settled_at"),
    "accounts.Invitation.invited_by": ("organisation", "email", "role", "created_at"),
    "accounts.Invitation.accepted_by": ("organisation", "email", "role", "accepted_at"),
    "accounts.Duplicate.dismissed_by": ("first", "second", "dismissed_at"),
    "accounts.Merge.by": ("kept", "gone_id", "at"),
    "agenda.FollowUp.assigned_to": ("rule", "since"),
    "agenda.FollowUp.lent_by": ("rule", "since"),
    "agenda.Slot.adviser": ("starts_at", "minutes"),
    "agenda.Slot.booked_by": ("starts_at", "minutes", "booked_at"),
    "agenda.SlotRequest.asked_by": ("asked_at",),
    # Not the secrets that make its codes.
    "mfa.Authenticator.user": ("type", "created_at", "last_used_at"),
    "imports.ImportRun.created_by": ("kind", "name", "created_at"),
    "imports.ImportRun.confirmed_by": ("kind", "name", "confirmed_at"),
    "mail.AddressTrouble.mended_by": ("mended_at",),
}
# Rows of nobody, but of an address: by its column, the key that would name their person, and what is told of
# them; nothing said, all.
ADDRESSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "accounts.Invitation.email": (
        "accepted_by",
        ("organisation", "email", "role", "created_at", "expires_at"),
    ),
    "infotheque.Tip.visitor_address": ("given_by", ()),
    "mail.AddressTrouble.address": ("user", ()),
    "mail.OutgoingMail.address": ("recipient", ()),
}
# Days that were never lived: rehearsed by the site for the team, then thrown away.
INVENTED = {"rehearsal"}


def export_person(person: User) -> dict[str, Any]:
    """Of each row that names this person, by kind: what they are, wrote, decided, were asked or sent."""
    rows: dict[Model, set[str]] = {}
    for model, name in _named_in():
        # A row that names the person twice is told once.
        for row in model._base_manager.filter(**{name: person}).order_by("pk"):
            rows.setdefault(row, {"id"}).update(_theirs(model, name))
    for row, theirs in _sent_or_left_to(person):
        rows.setdefault(row, {"id"}).update(theirs)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row, theirs in rows.items():
        kind, told = as_told(row)
        kinds.setdefault(kind, []).append({name: told[name] for name in told if name in theirs})
    return {
        "made_at": clock.now().isoformat(),
        "person": as_told(person)[1],
        "organisations": {
            str(pk): name
            for pk, name in Organisation.objects.filter(members=person).values_list("pk", "name")
        },
        "rows": dict(sorted(kinds.items())),
    }


def _named_in() -> list[tuple[type[Model], str]]:
    return [(model, name) for model, name in keys_to(User) if model._meta.app_label not in INVENTED]


def _theirs(model: type[Model], name: str) -> Iterable[str]:
    return SAID_BY_THEM.get(f"{model._meta.label}.{name}", _every(model))


def _every(model: type[Model]) -> tuple[str, ...]:
    return tuple(each.name for each in (*model._meta.concrete_fields, *model._meta.many_to_many))


def _sent_or_left_to(person: User) -> Iterator[tuple[Model, Iterable[str]]]:
    """What names nobody, at an address that this person has confirmed."""
    addresses = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    for column, (key, told) in ADDRESSED.items():
        label, _, name = column.rpartition(".")
        model = apps.get_model(label)
        for row in model._base_manager.filter(**{f"{name}__in": list(addresses), key: None}):
            yield row, told or _every(model)


def as_told(row: Model) -> tuple[str, dict[str, Any]]:
    """The kind of a row in French, and its fields by their own names."""
    said = as_json(row)
    untold = UNTOLD | (SECRET if isinstance(row, OutgoingMail) and row.confidential else set())
    fields = {name: value for name, value in said["fields"].items() if name not in untold}
    return str(row._meta.verbose_name), {"id": said["pk"], **fields}
