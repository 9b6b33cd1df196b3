from django.contrib import admin

from companies.models import Company, Need, Policy
from mecenova.administration import SiteAdmin


class PolicyInline(admin.StackedInline):
    model = Policy
    filter_horizontal = ("causes", "territories", "excluded_causes")


@admin.register(Company)
class CompanyAdmin(SiteAdmin):
    list_display = ("__str__", "giver", "sector", "in_network")
    list_filter = ("organisation__status", "giver", "in_network", "sector")
    list_select_related = ("organisation", "sector")
    search_fields = ("organisation__name", "siren")
    raw_id_fields = ("organisation",)
    inlines = (PolicyInline,)


@admin.register(Need)
class NeedAdmin(SiteAdmin):
    """States change by the site's own pages: each change has its journal, its mails and its next step."""

    list_display = ("title", "company", "kind", "status", "deadline")
    list_filter = ("status", "kind")
    list_select_related = ("company__organisation",)
    search_fields = ("title", "company__organisation__name")
    raw_id_fields = ("company",)
    readonly_fields = ("status", "published_at", "closed_at", "created_at")
    filter_horizontal = ("causes", "audiences", "territories", "skills")
