from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from infotheque.models import Document


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    """For looking: documents are written, published and put away on the curators' pages."""

    list_display = ("title", "kind", "publisher", "year", "status", "review_on", "owner")
    list_filter = ("status", "kind", "causes")
    list_select_related = ("owner",)
    search_fields = ("title", "publisher", "authors")
    exclude = ("text",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
