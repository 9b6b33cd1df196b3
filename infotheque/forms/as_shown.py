"""Forms that know what their page showed: two curators at the same record do not overwrite each other."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django import forms
from django.db.models import Manager, Model
from django.forms.models import model_to_dict
from django.utils.formats import date_format
from django.utils.text import Truncator

TOLD_LETTERS = 300


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A field that somebody else changed since the page was shown, and what is there now."""

    label: str
    now: str


class AsShownForm(forms.ModelForm):
    """Writes what was changed on the page, and nothing of what the page only showed.

    `as_shown` goes with the page and comes back: a short digest of each field as it then was.
    """

    as_shown = forms.CharField(required=False, widget=forms.HiddenInput)
    # What making this form again takes, beside its record.
    made_with: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overtaken: list[Overtaken] = []
        if self.instance._state.adding:
            del self.fields["as_shown"]
        else:
            # Before validation writes on the record.
            self.initial["as_shown"] = json.dumps(self._digests(self.instance))

    def changes(self) -> dict[str, Any]:
        """What was written here, by field. Without `as_shown`, everything was."""
        shown = self._shown()
        written = {name: value for name, value in self.cleaned_data.items() if name != "as_shown"}
        return {name: value for name, value in written.items() if shown.get(name) != _digest(value)}

    def taken_up(self, record: Model) -> Self | None:
        """This form again, over the record as it is now, with what was typed, when somebody else has written
        otherwise in the same fields: `overtaken` says which. None when nobody has.
        """
        shown, now, typed = self._shown(), self._digests(record), self.changes()
        overtaken = [
            name
            for name, value in typed.items()
            if name in shown and now[name] not in {shown[name], _digest(value)}
        ]
        if not overtaken:
            return None
        again = type(self)(instance=record, initial=typed, **self.made_with)
        again.overtaken = [Overtaken(str(self[name].label), self._said(record, name)) for name in overtaken]
        return again

    def _shown(self) -> dict[str, str]:
        try:
            shown = json.loads(self.cleaned_data.get("as_shown") or "{}")
        except ValueError:
            return {}
        return shown if isinstance(shown, dict) else {}

    def _digests(self, record: Model) -> dict[str, str]:
        return {name: _digest(value) for name, value in model_to_dict(record, self._meta.fields).items()}

    def _said(self, record: Model, name: str) -> str:
        """In words, short: what this field of the record holds."""
        value = getattr(record, name)
        display = getattr(record, f"get_{name}_display", None)
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, Manager):
            value = ", ".join(str(each) for each in value.all())
        elif isinstance(value, list):
            labels = dict(self.fields[name].choices)
            value = ", ".join(str(labels.get(each, each)) for each in value)
        elif isinstance(value, date):
            value = date_format(value, "j F Y")
        elif display is not None:
            value = display()
        return Truncator("" if value is None else str(value)).chars(TOLD_LETTERS) or "rien"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(_plain(value)).encode()).hexdigest()[:16]


def _plain(value: Any) -> str | list[Any]:
    """The same for what a record holds and for what its form gives back."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return sorted(map(_plain, value)) if isinstance(value, Iterable) else str(value)
