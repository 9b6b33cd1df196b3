"""Forms that know what their page showed: two people at the same record do not overwrite each other.

What a page showed is compared with what is there, then written: nobody may write between the two. A view that
posts such a form is atomic, and finds its record by `held_to_write`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self, TypeVar

from django import forms
from django.db.models import Manager, Model
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.text import Truncator

from mecenova.ui.figures import short_date

TOLD_LETTERS = 300
Found = TypeVar("Found", bound=Model)


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A field that somebody else changed since the page was shown, and what is there now."""

    label: str
    now: str


class AsShown(forms.Form):
    """`now` is what the record holds, by field; None for a record that is still to be written.

    `as_shown` goes with the page and comes back: a short digest of each field as it then was. `typed` is
    shown over what is there: words proposed, or those of somebody who was overtaken.
    """

    as_shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        now: Mapping[str, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        initial = {**options.pop("initial", {}), **(now or {}), **(typed or {})}
        # mypy fears an `initial` among `args`: nobody gives one by its place.
        super().__init__(*args, initial=initial, **options)  # type: ignore[misc]
        self.now = dict(now or {})
        self.overtaken: list[Overtaken] = []
        if now is None:
            del self.fields["as_shown"]
        else:
            self.initial["as_shown"] = json.dumps({name: digest(value) for name, value in now.items()})

    def again(self, typed: Mapping[str, Any]) -> Self:
        """This form over the record as it is now, with what was typed."""
        return type(self)(now=self.now, typed=typed)

    def merged(self) -> dict[str, Any]:
        """What to write: what was changed on the page, and what is there now of what the page only showed.

        The whole of it, as one form checked it: a page saved untouched still answers what the team asked.
        """
        changes = self.changes()
        return {
            name: value if name in changes else self.now[name]
            for name, value in self.cleaned_data.items()
            if name != "as_shown"
        }

    def taken_up(self) -> Self | None:
        """`again`, when somebody else has written otherwise in the same fields, or what the two have written
        cannot stand together: `overtaken` says which fields of theirs.
        """
        shown, typed = read_digests(self.cleaned_data.get("as_shown", "")), self.changes()
        overtaken = [
            name
            for name, value in typed.items()
            if name in shown and digest(self.now.get(name)) not in {shown[name], digest(value)}
        ]
        overtaken = overtaken or self._at_odds(shown)
        if not overtaken:
            return None
        again = self.again(typed)
        again.overtaken = [Overtaken(str(self[name].label), self._said(name)) for name in overtaken]
        return again

    def _at_odds(self, shown: Mapping[str, str]) -> list[str]:
        """What somebody else changed, where the form refuses it beside what was changed here: a maximum below
        this minimum. Each page was checked with what it showed; the two have not been, together.
        """
        both = copy(self)
        # Django's stubs leave out where a form keeps its errors.
        both.cleaned_data, both._errors = self.merged(), ErrorDict()  # type: ignore[attr-defined]
        both.clean()
        if not both.errors:
            return []
        return [name for name, value in self.now.items() if name in shown and digest(value) != shown[name]]

    def changes(self) -> dict[str, Any]:
        """What was written here, by field. Without `as_shown`, everything was."""
        shown = read_digests(self.cleaned_data.get("as_shown", ""))
        written = {name: value for name, value in self.cleaned_data.items() if name != "as_shown"}
        return {
            name: value
            for name, value in written.items()
            if name not in self.now or shown.get(name) != digest(value)
        }

    def _said(self, name: str) -> str:
        """In words, short: what this field of the record holds."""
        value = self.now.get(name)
        labels = dict(getattr(self.fields[name], "choices", ()))
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, date):
            return short_date(value)
        if isinstance(value, str | Model) or not isinstance(value, Iterable):
            value = [value]
        told = ", ".join(str(_label(labels, each)) for each in value if each not in (None, ""))
        return Truncator(told).chars(TOLD_LETTERS) or "rien"


class AsShownModelForm(AsShown, forms.ModelForm):
    """The same of one record's own fields, as they were before validation writes on it."""

    # What making this form again takes, beside its record.
    made_with: dict[str, Any] = {}

    def __init__(self, *args: Any, instance: Model | None = None, **options: Any) -> None:
        held = (
            None if instance is None or instance._state.adding else held_by(instance, self._meta.fields or ())
        )
        super().__init__(*args, now=held, instance=instance, **options)

    def again(self, typed: Mapping[str, Any]) -> Self:
        record = type(self.instance)._base_manager.get(pk=self.instance.pk)
        return type(self)(instance=record, typed=typed, **self.made_with)


def held_by(record: Model, fields: Iterable[str]) -> dict[str, Any]:
    """What the record holds, by field."""
    values = {name: getattr(record, name) for name in fields}
    return {
        name: list(value.all()) if isinstance(value, Manager) else value for name, value in values.items()
    }


def held_to_write(request: HttpRequest, find: Callable[[], Found], hold: Callable[[Found], object]) -> Found:
    """What a page is about. To write on it, it is held first, then read: whoever was writing has finished.

    `hold` takes the lock that every operation on it takes first, until the view's transaction ends. Who may
    not write there finds nothing, and holds nothing up.
    """
    found = find()
    if request.method != "POST":
        return found
    hold(found)
    return find()


def digest(value: Any) -> str:
    """Short, and the same for what a record holds and for what its form gives back."""
    return hashlib.sha256(json.dumps(_plain(value)).encode()).hexdigest()[:16]


def read_digests(text: str) -> dict[str, str]:
    """Those that came back with a page; none when it says nothing that can be read."""
    try:
        shown = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    said = shown.items() if isinstance(shown, dict) else ()
    return {name: str(value) for name, value in said}


def _label(labels: Mapping[Any, Any], value: Any) -> Any:
    return labels.get(value, value) if isinstance(value, str) else value


def _plain(value: Any) -> str | list[Any]:
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return sorted(map(_plain, value)) if isinstance(value, Iterable) else str(value)
