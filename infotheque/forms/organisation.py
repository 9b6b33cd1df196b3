"""An organisation that a curator names, among too many for a list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organisation


class OrganisationField(forms.CharField):
    """Its name as it is on the site, followed by a comma and its town when it has namesakes."""

    def prepare_value(self, value: Any) -> Any:
        if not value or isinstance(value, str):
            return value
        found = value if isinstance(value, Organisation) else Organisation.objects.filter(pk=value).first()
        if found is None:
            return ""
        return f"{found.name}, {found.town}" if found.town else found.name

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        found = Organisation.objects.named(typed)[:2]
        if not found:
            raise ValidationError("Aucun organisme du site ne porte ce nom\u00a0: vérifiez-le sur sa page.")
        if len(found) > 1:
            raise ValidationError(
                "Plusieurs organismes portent ce nom\u00a0: ajoutez une virgule, puis la commune."
            )
        return found[0]
