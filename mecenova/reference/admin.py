from django.contrib import admin

from mecenova.reference import models


class EntryAdmin(admin.ModelAdmin):
    """Staff can rename and reorder; a slug is an address and stays."""

    list_display = ("name", "slug", "order")
    list_editable = ("order",)
    search_fields = ("name", "slug")

    def get_readonly_fields(self, request, obj=None):
        return ("slug",) if obj else ()


@admin.register(models.Cause)
class CauseAdmin(EntryAdmin):
    filter_horizontal = ("related",)


@admin.register(models.Skill)
class SkillAdmin(EntryAdmin):
    list_display = ("name", "family", "slug", "order")
    list_filter = ("family",)
    list_select_related = ("family",)


admin.site.register(models.SkillFamily, EntryAdmin)
admin.site.register(models.Audience, EntryAdmin)
admin.site.register(models.Sector, EntryAdmin)


@admin.register(models.Territory)
class TerritoryAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "level", "parent")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()
