from django.contrib import admin

from associations.models import Ask, Association, Project
from mecenova.administration import SiteAdmin


@admin.register(Association)
class AssociationAdmin(SiteAdmin):
    list_display = ("organisation", "stance", "size", "general_interest", "changed_at")
    list_filter = ("stance", "size", "general_interest", "organisation__status")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "rna", "siren")
    autocomplete_fields = ("organisation",)
    filter_horizontal = ("causes", "audiences", "territories", "expertise", "refused_sectors")
    readonly_fields = ("changed_at",)


class AskInline(admin.TabularInline):
    model = Ask
    extra = 0
    filter_horizontal = ("skills",)


@admin.register(Project)
class ProjectAdmin(SiteAdmin):
    """The status is shown, not written: it moves by the operations, which keep the journal and the steps."""

    list_display = ("title", "association", "status", "published_at")
    list_filter = ("status",)
    list_select_related = ("association__organisation",)
    search_fields = ("title", "association__organisation__name")
    raw_id_fields = ("association",)
    filter_horizontal = ("causes", "audiences", "territories")
    readonly_fields = ("status", "created_at", "published_at", "closed_at")
    inlines = (AskInline,)
