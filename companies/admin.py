from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from companies.models import Company, Need, Policy
from companies.operations import update_company
from companies.policies import can_edit_company
from mecenova.administration import ReadOnlyAdmin, SiteAdmin


class PolicyInline(admin.StackedInline):
    model = Policy
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Company)
class CompanyAdmin(SiteAdmin):
    """For looking, and for who is of the network, which no page of the site asks."""

    list_display = ("__str__", "giver", "sector", "in_network")
    list_filter = ("organisation__status", "giver", "in_network", "sector")
    list_select_related = ("organisation", "sector")
    search_fields = ("organisation__name", "siren")
    fields = ("organisation", "giver", "sector", "siren", "in_network", "presentation", "changed_at")
    readonly_fields = ("organisation", "giver", "sector", "siren", "presentation", "changed_at")
    inlines = (PolicyInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        may_write = obj is None or can_edit_company(request.user, obj)
        return may_write and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Company, form: ModelForm, change: bool) -> None:
        update_company(company=obj, by=request.user, in_network=form.cleaned_data["in_network"])


@admin.register(Need)
class NeedAdmin(ReadOnlyAdmin):
    list_display = ("title", "company", "kind", "status", "deadline")
    list_filter = ("status", "kind")
    list_select_related = ("company__organisation",)
    search_fields = ("title", "company__organisation__name")
