"""Django's own admin, with what the site asks of every page of it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest


class SiteAdmin(admin.ModelAdmin):
    """Lists are filtered by what they offer, and by nothing else.

    Django takes any column in the address: whoever may read a list would guess the hash of a password, or the
    link in a confidential mail, letter by letter.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = [_column(each) for each in self.get_list_filter(request)]
        if self.date_hierarchy:
            offered.append(self.date_hierarchy)
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and super().lookup_allowed(lookup, value, request)


def _column(filtered_by: Any) -> str:
    """Of an entry of `list_filter`: a column, a column with its class, or a class with a name of its own."""
    if isinstance(filtered_by, tuple):
        return str(filtered_by[0])
    return str(getattr(filtered_by, "parameter_name", filtered_by))


class ReadOnlyAdmin(SiteAdmin):
    """For looking: the team acts on the site's own pages, which keep the journal, the mails and the steps."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
