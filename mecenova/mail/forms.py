"""The form of preferences."""

from collections.abc import Mapping
from typing import Any

from django import forms

from mecenova.mail.groups import groups


class PreferencesForm(forms.Form):
    """One box per group, ticked when it is wanted."""

    def __init__(self, *args: Any, wishes: Mapping[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in groups():
            self.fields[group.slug] = forms.BooleanField(
                label=group.label, help_text=group.help, required=False, initial=wishes[group.slug]
            )

    def wishes(self) -> dict[str, bool]:
        return dict(self.cleaned_data)
