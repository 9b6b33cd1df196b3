"""Follow-ups as the staff sees them, the delays it decides, and absences."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mecenova.agenda.forms import RuleDelayForm
from mecenova.agenda.models import Absence, FollowUp, RuleDelay


class InErrorFilter(admin.SimpleListFilter):
    title = "règle en erreur"
    parameter_name = "erreur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("oui", "Oui")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
        return queryset.open().exclude(last_error="") if self.value() else queryset


@admin.register(FollowUp)
class FollowUpAdmin(admin.ModelAdmin):
    list_display = ["what", "rule", "occurrence", "owner", "due_at", "deadline", "outcome", "last_error"]
    list_filter = ["outcome", InErrorFilter, "owner", "is_step", "rule"]
    search_fields = ["subject_id", "organisation_id", "what"]
    date_hierarchy = "due_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RuleDelay)
class RuleDelayAdmin(admin.ModelAdmin):
    """Delays are added: the newest applies to what is planned from then on, the others stay as history."""

    form = RuleDelayForm
    list_display = ["rule", "occurrence", "days", "set_by", "set_at"]
    list_filter = ["rule"]
    list_select_related = ["set_by"]

    def save_model(self, request: HttpRequest, obj: RuleDelay, form: Any, change: bool) -> None:
        obj.set_by = request.user
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    list_display = ["organisation_id", "user", "first_day", "last_day"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
