"""Follow-ups, the delays that the team has decided, and absences."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from mecenova.administration import ReadOnlyAdmin
from mecenova.agenda.models import Absence, FollowUp, FollowUpQuerySet, RuleDelay


class InErrorFilter(admin.SimpleListFilter):
    title = "règle en erreur"
    parameter_name = "erreur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("oui", "Oui")]

    def queryset(self, request: HttpRequest, queryset: FollowUpQuerySet) -> FollowUpQuerySet:
        return queryset.in_error() if self.value() else queryset


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ["what", "rule", "occurrence", "owner", "due_at", "deadline", "outcome", "last_error"]
    list_filter = ["outcome", InErrorFilter, "owner", "is_step", "rule"]
    search_fields = ["subject_id", "organisation_id", "what"]
    date_hierarchy = "due_at"
    show_full_result_count = False


@admin.register(RuleDelay)
class RuleDelayAdmin(ReadOnlyAdmin):
    list_display = ["rule", "occurrence", "days", "set_by", "set_at"]
    list_filter = ["rule"]
    list_select_related = ["set_by"]


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyAdmin):
    list_display = ["organisation_id", "user", "first_day", "last_day"]
    list_select_related = ["user"]
