"""Forms of a record that know what their page showed, so that two curators do not overwrite each other."""

import json
from datetime import date
from typing import Any, Self

from django import forms
from django.db.models import Manager, Model
from django.forms.models import model_to_dict
from django.utils.formats import date_format
from django.utils.text import Truncator

from mecenova.ui.as_shown import TOLD_LETTERS, Overtaken, digest, read_digests


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
        return {name: value for name, value in written.items() if shown.get(name) != digest(value)}

    def taken_up(self, record: Model) -> Self | None:
        """This form again, over the record as it is now, with what was typed, when somebody else has written
        otherwise in the same fields: `overtaken` says which. None when nobody has.
        """
        shown, now, typed = self._shown(), self._digests(record), self.changes()
        overtaken = [
            name
            for name, value in typed.items()
            if name in shown and now[name] not in {shown[name], digest(value)}
        ]
        if not overtaken:
            return None
        again = type(self)(instance=record, initial=typed, **self.made_with)
        again.overtaken = [Overtaken(str(self[name].label), self._said(record, name)) for name in overtaken]
        return again

    def _shown(self) -> dict[str, str]:
        return read_digests(self.cleaned_data.get("as_shown", ""))

    def _digests(self, record: Model) -> dict[str, str]:
        return {name: digest(value) for name, value in model_to_dict(record, self._meta.fields).items()}

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
