"""What the site knows of a person, as a file that another program can read (art. 15 and 20 of the GDPR)."""

from typing import Any

from django.db.models import Model

from accounts.models import Organisation, User
from accounts.operations.merging import as_json, keys_to
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail

# Neither helps anybody to have: a password's trace, what is computed from the rest, the drawing of a text.
UNTOLD = {"password", "search", "html", "name_key", "key"}
# What a code or a reset link said opens the account: it is erased after two days anyway.
SECRET = {"subject", "text"}
# Days that were never lived: rehearsed by the site for the team, then thrown away.
INVENTED = {"rehearsal"}


def export_person(person: User) -> dict[str, Any]:
    """Every row that names this person, by kind: what they are, wrote, decided, were asked and were sent."""
    rows: dict[Model, None] = {}
    for model, name in _named_in():
        # A row that names the person twice is told once.
        rows |= dict.fromkeys(model._base_manager.filter(**{name: person}))
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kind, told = as_told(row)
        kinds.setdefault(kind, []).append(told)
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


def as_told(row: Model) -> tuple[str, dict[str, Any]]:
    """The kind of a row in French, and its fields by their own names."""
    said = as_json(row)
    untold = UNTOLD | (SECRET if isinstance(row, OutgoingMail) and row.confidential else set())
    fields = {name: value for name, value in said["fields"].items() if name not in untold}
    return str(row._meta.verbose_name), {"id": said["pk"], **fields}
