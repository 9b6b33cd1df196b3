from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from mecenova.administration import SiteAdmin
from mecenova.reference import models


class EntryAdmin(SiteAdmin):
    """Staff can rename and reorder; a slug is an address and stays."""

    list_display: tuple[str, ...] = ("name", "slug", "order")
    list_editable = ("order",)
    search_fields = ("name", "slug")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


@admin.register(models.Cause)
class CauseAdmin(EntryAdmin):
    filter_horizontal = ("related",)


@admin.register(models.Skill)
class SkillAdmin(EntryAdmin):
    list_display = ("name", "slug", "order", "family")
    list_filter = ("family",)
    list_select_related = ("family",)


admin.site.register(models.SkillFamily, EntryAdmin)
admin.site.register(models.Audience, EntryAdmin)
admin.site.register(models.Sector, EntryAdmin)


@admin.register(models.Territory)
class TerritoryAdmin(SiteAdmin):
    list_display = ("name", "code", "level", "parent")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()
