from django.contrib import admin

from mecenova.administration import ReadOnlyAdmin
from mecenova.workflow.models import TransitionRecord


@admin.register(TransitionRecord)
class TransitionRecordAdmin(ReadOnlyAdmin):
    """The journal."""

    list_display = ["at", "subject_type", "subject_id", "verb", "source", "target", "by"]
    list_filter = ["subject_type", "verb"]
    search_fields = ["subject_id"]
    list_select_related = ["subject_type", "by"]
    date_hierarchy = "at"
    show_full_result_count = False
