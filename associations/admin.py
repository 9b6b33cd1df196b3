from django.contrib import admin

from associations.models import Ask, Association, Project
from mecenova.administration import ReadOnlyAdmin


@admin.register(Association)
class AssociationAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "stance", "size", "general_interest", "changed_at")
    list_filter = ("stance", "size", "general_interest", "organisation__status")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "rna", "siren")


class AskInline(admin.TabularInline):
    model = Ask
    extra = 0


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ("title", "association", "status", "published_at")
    list_filter = ("status",)
    list_select_related = ("association__organisation",)
    search_fields = ("title", "association__organisation__name")
    inlines = (AskInline,)
