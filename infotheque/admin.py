import tempfile
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from infotheque import operations
from infotheque.forms.document import DocumentForm
from infotheque.models import Document, Path, Step
from infotheque.reading.reader import read
from mecenova.workflow.errors import DomainError


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    form = DocumentForm
    list_display = ("title", "kind", "publisher", "year", "status", "published_at")
    list_filter = ("status", "kind", "causes")
    search_fields = ("title", "summary", "publisher", "authors")
    readonly_fields = ("status", "published_at")
    filter_horizontal = ("causes",)
    actions = ("publish", "withdraw")

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        uploaded = form.cleaned_data.get("file")
        if uploaded:
            with tempfile.TemporaryDirectory(prefix="mecenova-document-") as folder:
                path = FilePath(folder) / "file"
                with path.open("wb") as copy:
                    for chunk in uploaded.chunks():
                        copy.write(chunk)
                operations.add_version(document=obj, files=[read(path, uploaded.name)], by=request.user)

    @admin.action(description="Publier les documents choisis")
    def publish(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        self._each(request, queryset, operations.publish_document)

    @admin.action(description="Retirer les documents choisis")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        self._each(request, queryset, operations.withdraw_document)

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Document], operation: Callable[..., Document]
    ) -> None:
        for document in queryset:
            try:
                operation(document=document, by=request.user)
            except DomainError as error:
                messages.error(request, error.message)


class StepInline(admin.StackedInline):
    model = Step
    extra = 0
    autocomplete_fields = ("document",)
    # What ties a step to its exercise and its answers.
    readonly_fields = ("key",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Path)
class PathAdmin(admin.ModelAdmin):
    """Words, order and documents are the team's; the steps themselves come with the site."""

    list_display = ("title", "readers", "position")
    readonly_fields = ("slug", "readers")
    inlines = (StepInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
