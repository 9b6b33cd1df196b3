"""How allauth behaves in this house: its mails go to the outbox, in French, with the site's own address."""

from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from accounts import notifications
from accounts.models import User
from accounts.models.user import EMAIL_LENGTH
from accounts.policies import unfinished_registration
from accounts.seals import Unreadable, seal, unseal
from mecenova.calendar import clock
from mecenova.identifiers.emails import refuse_look_alikes
from mecenova.mail.addresses import absolute_url
from mecenova.ui.returning import last_person_of

MAILS = {
    "account/email/email_confirmation_signup": "mail/accounts/sign_up_code.md",
    "account/email/email_confirmation": "mail/accounts/address_code.md",
    "account/email/account_already_exists": "mail/accounts/account_already_exists.md",
    "account/email/unknown_account": "mail/accounts/unknown_account.md",
    "account/email/password_reset_key": "mail/accounts/password_reset.md",
}
# What a person must learn when somebody touches their account.
CHANGES = {
    "account/email/email_changed": "L’adresse e-mail de votre compte a été changée.",
    "account/email/email_confirm": "Une adresse e-mail de votre compte a été confirmée.",
    "account/email/email_added": "Une adresse e-mail a été ajoutée à votre compte.",
    "account/email/email_deleted": "Une adresse e-mail a été retirée de votre compte.",
    "account/email/password_changed": "Le mot de passe de votre compte a été changé.",
    "account/email/password_reset": "Le mot de passe de votre compte a été remplacé.",
    "account/email/password_set": "Un mot de passe a été donné à votre compte.",
    "mfa/email/totp_activated": "La connexion en deux étapes est en place sur votre compte.",
    "mfa/email/totp_deactivated": "La connexion en deux étapes a été retirée de votre compte.",
    "mfa/email/recovery_codes_generated": (
        "De nouveaux codes de secours ont été faits pour votre compte. Les anciens n’ouvrent plus."
    ),
}
# What anybody can have written to an address that is not theirs: once a day is enough to understand.
ONCE_A_DAY = {"account/email/account_already_exists", "account/email/unknown_account"}
DAY = 24 * 60 * 60
APP, ANYWHERE = "allauth.account", "login_failed_anywhere"
ACCOUNT_CHANGED = "mail/accounts/account_changed.md"
# Whoever reads these at an address that the account has no longer cannot choose another password by it.
ADDRESS_LOST = {"account/email/email_changed", "account/email/email_deleted"}
DELETED = "deleted_email"
# By which password a log-in began that waits for a code.
BEGAN_BY = "login_began_by"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is open to all; nobody learns from a page whether an address has an account."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "Cette adresse et ce mot de passe ne vont pas ensemble. Si vous venez de vous inscrire, "
            "confirmez d’abord votre adresse\u00a0: le courriel de «\u202fMot de passe oublié\u202f» "
            "vous y conduit."
        ),
        "too_many_login_attempts": (
            "Trop d’essais manqués. Attendez cinq minutes, une heure au plus, ou choisissez un autre mot de "
            "passe par «\u202fMot de passe oublié\u202f»\u00a0: il ouvre tout de suite."
        ),
    }

    def is_safe_url(self, url: str | None) -> bool:
        """An address to go on to that cannot be read (« http://[ ») leads nowhere, as somebody else's."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def clean_email(self, email: str) -> str:
        """allauth would cut a long address and write to somebody else, and lets look-alikes through."""
        if len(email) > EMAIL_LENGTH:
            raise ValidationError(f"Cette adresse est trop longue\u00a0: {EMAIL_LENGTH} caractères au plus.")
        refuse_look_alikes(email)
        return email

    @transaction.atomic
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """One row of the outbox, written with what caused it. Addresses in it never come from the request."""
        if deleted := context.get(DELETED):
            # allauth tells the address that stays; the one that goes may be the owner's.
            self.send_mail(template_prefix, deleted, {**context, DELETED: ""})
        template = MAILS.get(template_prefix, ACCOUNT_CHANGED)
        person = context.get("user")
        if template == ACCOUNT_CHANGED:
            person = User.objects.filter(email=email).first()
        values = {
            "recipient": person if isinstance(person, User) else None,
            "code": context.get("code", ""),
            "change": CHANGES.get(template_prefix, ""),
            "write_to": settings.CONTACT_EMAIL if template_prefix in ADDRESS_LOST else "",
            "sign_up_url": absolute_url(reverse("accounts:sign_up")),
            "login_url": absolute_url(reverse("account_login")),
            "reset_url": absolute_url(reverse("account_reset_password")),
            "is_unfinished": _is_unconfirmed(email),
            "reset_days": settings.PASSWORD_RESET_TIMEOUT // DAY,
            "password_reset_url": context.get("password_reset_url", ""),
        }
        # Two requests for a code are two mails: only the last code works.
        once = f"{_trace(email)}:{clock.today()}" if template_prefix in ONCE_A_DAY else uuid4()
        key = f"{template_prefix}:{once}"
        notifications.write_to_address(template, values, key=key, address=email, person=values["recipient"])

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, rest = key.partition("-")
        return absolute_url(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest}))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by account and by network: nobody shuts the door on somebody else."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{get_ip(request)}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Until an address is confirmed no password opens: whoever signed it up would learn that it was new.

        The answer is a wrong password's, its words, its count and its time. A link of reset confirms.
        """
        if _is_unconfirmed(str(credentials.get("email", ""))):
            credentials["password"] = uuid4().hex
        return super().authenticate(request, **credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """From many networks together an account is tried a few times an hour, and no more.

        The browser that its owner used last is not counted, so that nobody is kept out by a stranger's tries;
        from another one, choosing a new password opens the door at once.
        """
        super().pre_authenticate(request, **credentials)
        email = str(credentials.get("email", "")).lower()
        if not email or _was_last_used_by(request, email):
            return
        usage = ratelimit.consume(request, app=APP, action=ANYWHERE, key=email)
        if usage is None:
            self._rollback_login_failed_rl_usage()
            raise self.validation_error("too_many_login_attempts")
        if self._login_failed_rl_usage:
            # Given back together when the password is right.
            self._login_failed_rl_usage.usage.extend(usage.usage)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, app=APP, action=ANYWHERE, key=str(credentials.get("email", "")).lower())

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        request.session[BEGAN_BY] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Another password chosen meanwhile shuts out whoever gave the former one, and looks for a code."""
        if request.session.pop(BEGAN_BY, "") != user.get_session_auth_hash():
            messages.warning(request, "Votre mot de passe a changé\u00a0: donnez le nouveau.")
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        person = request.user
        unfinished = None if isinstance(person, AnonymousUser) else unfinished_registration(person)
        return unfinished or super().get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Not to the same form, empty: where the page says that it is done."""
        return reverse("accounts:person")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)


class SecondStepAdapter(DefaultMFAAdapter):
    """Whoever steals the database has no code: what makes them is sealed in it."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": (
            "Ce code n’est pas le bon, ou il ne vaut plus\u00a0: l’application en montre un autre toutes les "
            "trente secondes. Recopiez celui d’à présent."
        ),
        "unverified_email": "Confirmez d’abord l’adresse e-mail de votre compte.",
        "unreadable": (
            "La clé du site a changé\u00a0: cette étape ne peut plus être vérifiée. Écrivez à l’équipe "
            "depuis l’adresse de votre compte\u00a0: elle la retire, et votre mot de passe suffit alors."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, which the form shows, when it can be read no more."""
        try:
            return unseal(encrypted_text)
        except Unreadable as refusal:
            raise self.validation_error("unreadable") from refusal


def _trace(email: str) -> str:
    """Keys outlive the words of their mails: they name nobody, and are no longer for a longer address."""
    return sha256(email.lower().encode()).hexdigest()


def _is_unconfirmed(email: str) -> bool:
    """Signed up by whoever wrote it; the team's are made on the server, and log in with a code."""
    return EmailAddress.objects.filter(email=email.lower(), verified=False, user__is_staff=False).exists()


def _was_last_used_by(request: HttpRequest, email: str) -> bool:
    person = last_person_of(request)
    return bool(person) and User.objects.filter(pk=person, email=email).exists()
