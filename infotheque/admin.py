from django.contrib import admin

from infotheque.models import Document
from mecenova.administration import ReadOnlyAdmin


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """For looking: documents are written, published and put away on the curators' pages."""

    list_display = ("title", "kind", "publisher", "year", "status", "review_on", "owner")
    list_filter = ("status", "kind", "causes")
    list_select_related = ("owner",)
    search_fields = ("title", "publisher", "authors")
    exclude = ("text",)
    show_full_result_count = False
