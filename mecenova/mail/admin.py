"""The outbox as the staff sees it: read, and put failed mails back in the queue."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mecenova.administration import ReadOnlyAdmin
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, DigestLine, MailPreference, OutgoingMail
from mecenova.mail.operations import retry_failed
from mecenova.mail.views.mailbox import without_links
from mecenova.team import is_staff


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = [
        "readable_subject",
        "address",
        "notification",
        "status",
        "due_at",
        "retry_at",
        "sent_at",
        "attempts",
    ]
    list_filter = ["status", "category", "notification"]
    # Not the subject: searching it letter by letter would tell a code.
    # By their beginnings, which indexes know: a word inside would be looked for in every mail.
    search_fields = ["address__startswith", "key__startswith", "message_id__startswith"]
    search_help_text = "Le début d’une adresse, d’une clé ou d’un Message-ID."
    date_hierarchy = "created_at"
    list_select_related = ["recipient"]
    show_full_result_count = False
    actions = ["put_back"]
    fields = [
        "readable_subject",
        "address",
        "recipient",
        "notification",
        "category",
        "status",
        "readable_text",
        "due_at",
        "retry_at",
        "sent_at",
        "settled_at",
        "lease_until",
        "attempts",
        "uncertain",
        "last_error",
        "key",
        "message_id",
        "created_at",
    ]
    readonly_fields = fields

    @admin.display(description="objet")
    def readable_subject(self, mail: OutgoingMail) -> str:
        return mail.shown_subject

    @admin.display(description="texte")
    def readable_text(self, mail: OutgoingMail) -> str:
        return "(confidentiel)" if mail.confidential else without_links(mail.text)

    @admin.action(description="Remettre en file les courriels en échec", permissions=["retry"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        number = retry_failed(
            mails=OutgoingMail.objects.filter(pk__in=queryset.values("pk")), by=request.user
        )
        self.message_user(request, f"Courriels remis en file\u00a0: {number}.")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user)


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ["at", "outcome", "detail"]
    list_filter = ["outcome"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(DigestLine)
class DigestLineAdmin(ReadOnlyAdmin):
    list_display = ["notification", "recipient", "status", "due_at", "retry_at", "last_error"]
    list_filter = ["status", "notification"]
    list_select_related = ["recipient"]
    show_full_result_count = False


@admin.register(AddressTrouble)
class AddressTroubleAdmin(ReadOnlyAdmin):
    list_display = ["address", "kind", "at", "mended_at"]
    list_filter = ["kind"]
    search_fields = ["address"]


@admin.register(MailPreference)
class MailPreferenceAdmin(ReadOnlyAdmin):
    list_display = ["user", "group", "wanted"]
    list_filter = ["group", "wanted"]
    list_select_related = ["user"]
