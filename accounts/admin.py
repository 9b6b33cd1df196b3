"""The stock admin, to read and to mend: decisions are taken in the control tower, with a trace."""

from typing import Any, ClassVar

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import Claim, Invitation, Membership, Organisation, User
from accounts.operations import take_away_second_step, write_account
from mecenova.administration import ReadOnlyAdmin, SiteAdmin

# Made by others, and writable: an address given to somebody opens their account, a group gives rights.
admin.site.unregister(EmailAddress)
admin.site.unregister(Group)
admin.site.unregister(Authenticator)


@admin.register(EmailAddress)
class ReadOnlyEmailAddressAdmin(ReadOnlyAdmin, EmailAddressAdmin):
    """An address is confirmed by the code that arrives there, and by nobody."""

    actions: ClassVar[list[str]] = []


@admin.register(Authenticator)
class ReadOnlyAuthenticatorAdmin(ReadOnlyAdmin, AuthenticatorAdmin):
    """Who has a second step, and since when; not what makes its codes."""

    exclude: ClassVar[list[str]] = ["data"]


@admin.register(Group)
class RightsAdmin(SiteAdmin, GroupAdmin):
    """What a group may do is decided by superusers: others would give themselves the rights they lack."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    readonly_fields: ClassVar[list[str]] = ["user", "role", "joined_at"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(SiteAdmin):
    list_display: ClassVar[list[str]] = [
        "email",
        "first_name",
        "last_name",
        "is_staff",
        "is_active",
        "date_joined",
    ]
    list_filter: ClassVar[list[str]] = ["is_staff", "is_active"]
    search_fields: ClassVar[list[str]] = ["email", "first_name", "last_name"]
    fields: ClassVar[list[str]] = [
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "groups",
        "date_joined",
        "last_login",
    ]
    readonly_fields: ClassVar[list[str]] = ["email", "date_joined", "last_login"]
    filter_horizontal: ClassVar[list[str]] = ["groups"]
    actions: ClassVar[list[str]] = ["take_away_second_steps"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who is of the team and what it may do is decided by a superuser. A closed account stays closed."""
        others = [] if request.user.is_superuser else ["is_staff", "groups"]
        closed = ["is_active"] if obj is not None and obj.is_closed else []
        return [*self.readonly_fields, *others, *closed]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """What the form changed, and nothing that it only read. Groups are written after, apart."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "groups"}
        write_account(person=obj, changes=changes, by=request.user)

    @admin.action(description="Retirer la deuxième étape de connexion", permissions=["change"])
    def take_away_second_steps(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """For who lost their telephone and their codes, once it is sure who is asking."""
        for person in chosen:
            try:
                done = take_away_second_step(person=person, by=request.user)
            except PermissionDenied:
                said, level = "à un superutilisateur de la retirer, et pas à soi-même", messages.ERROR
            else:
                said = "retirée, un courriel le lui dit" if done else "il n’y en avait pas"
                level = messages.SUCCESS if done else messages.WARNING
            self.message_user(request, f"{person.email}\u00a0: {said}.", level)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display: ClassVar[list[str]] = [
        "name",
        "kind",
        "postal_code",
        "town",
        "status",
        "origin",
        "created_at",
    ]
    list_filter: ClassVar[list[str]] = ["kind", "status", "origin"]
    search_fields: ClassVar[list[str]] = ["name", "postal_code"]
    inlines: ClassVar[list[type[admin.TabularInline]]] = [MembershipInline]


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display: ClassVar[list[str]] = ["organisation", "user", "status", "created_at", "decided_at"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["organisation", "user"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display: ClassVar[list[str]] = [
        "organisation",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
    ]
    list_select_related: ClassVar[list[str]] = ["organisation", "invited_by"]
