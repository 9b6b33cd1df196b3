from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from infotheque import operations
from infotheque.forms import DocumentForm
from infotheque.models import Document
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
