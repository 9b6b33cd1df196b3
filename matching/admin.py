from django.contrib import admin

from matching.models import ChangedSubject, Round, Suggestion
from mecenova.administration import ReadOnlyAdmin


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "scope",
        "needs",
        "pairs",
        "presented",
        "without_place",
        "needs_alone",
        "associations_alone",
        "in_time",
        "compatible",
        "servable",
        "longest_wait",
        "gini",
        "score_share",
        "finished_at",
        "score_version",
    )
    list_filter = ("scope",)
    date_hierarchy = "started_at"


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    list_display = ("need", "association", "company", "score", "status", "presented_at", "answered_at")
    list_filter = ("status", "refusal_reason", "score_version")
    list_select_related = ("need", "association__organisation", "company__organisation")
    search_fields = ("need__title", "association__organisation__name", "company__organisation__name")
    date_hierarchy = "presented_at"


@admin.register(ChangedSubject)
class ChangedSubjectAdmin(ReadOnlyAdmin):
    list_display = ("kind", "subject_id", "at")
    list_filter = ("kind",)
