from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from mecenova.workflow.models import TransitionRecord


@admin.register(TransitionRecord)
class TransitionRecordAdmin(admin.ModelAdmin):
    """The journal, for reading."""

    list_display = ["at", "subject_type", "subject_id", "verb", "source", "target", "by"]
    list_filter = ["subject_type", "verb"]
    search_fields = ["subject_id"]
    list_select_related = ["subject_type", "by"]
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
