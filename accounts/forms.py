"""What people type about themselves and their team."""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from allauth.account.forms import ConfirmEmailVerificationCodeForm, LoginForm, SignupForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts.enums import REGISTERING_KINDS, Role
from accounts.models import User
from accounts.models.user import EMAIL_LENGTH
from accounts.notifications import write_codes_refused
from accounts.seals import Unreadable, seal, unseal
from mecenova.identifiers.fields import AddressField
from mecenova.identifiers.names import names_the_team
from mecenova.identifiers.text import has_web_address, one_line, paragraphs
from mecenova.team import is_staff
from mecenova.ui.forms import DateInput

NAME_LENGTH = 80
# With fewer figures nobody is called.
NUMBER_TO_CALL = re.compile(r"(?:\d\D*){6}")
MESSAGE_LENGTH = 1000
TRIED_TOO_OFTEN = "Trop d’essais manqués. Attendez cinq minutes."
TOO_MANY_CODES = (
    f"{TRIED_TOO_OFTEN} Si ce n’est pas vous qui essayez, quelqu’un a votre mot "
    "de passe\u00a0: choisissez-en un autre par «\u202fMot de passe oublié\u202f»."
)


def refuse_web_address(name: str) -> None:
    """Mails say the names of people: none carries a link."""
    if has_web_address(name):
        raise ValidationError(
            "Écrivez un nom, sans adresse de site ni point entre deux mots.", code="web_address"
        )


def refuse_number(name: str) -> None:
    """Nor a number that its reader would call."""
    if NUMBER_TO_CALL.search(name):
        raise ValidationError("Écrivez un nom, sans numéro de téléphone.", code="number")


class LineField(forms.CharField):
    """One line, without control or direction marks."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value))


class ParagraphsField(forms.CharField):
    """Several lines; `max_length` is counted on what will be kept."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return paragraphs(super().to_python(value))


def first_name_field() -> LineField:
    return LineField(
        label="Prénom",
        max_length=NAME_LENGTH,
        widget=forms.TextInput({"autocomplete": "given-name"}),
        error_messages={"required": "Écrivez votre prénom."},
        validators=[refuse_web_address, refuse_number],
    )


def last_name_field() -> LineField:
    return LineField(
        label="Nom",
        max_length=NAME_LENGTH,
        widget=forms.TextInput({"autocomplete": "family-name"}),
        error_messages={"required": "Écrivez votre nom."},
        validators=[refuse_web_address, refuse_number],
    )


class OwnNameForm(forms.Form):
    """Fields that say who a person is: nobody but the team passes for the team."""

    def is_ours(self) -> bool:
        return False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = {name: cleaned.get(name, "") for name in ("first_name", "last_name")}
        if self.is_ours() or not names_the_team(" ".join(names.values())):
            return cleaned
        alone = [name for name, written in names.items() if names_the_team(written)]
        for name in alone or ["last_name"]:
            self.add_error(name, "Ce nom est celui de l’équipe du site\u00a0: écrivez le vôtre.")
        return cleaned


class EntranceForm(LoginForm):
    """E-mail, Tab, password, Enter: the link for a forgotten password is not between the two fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class CodeForm(ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].error_messages["required"] = "Recopiez le code reçu par courriel."


def code_field(help_text: str) -> forms.CharField:
    """Of six or eight figures, which the browser may find by itself."""
    return forms.CharField(
        label="Code",
        help_text=help_text,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Recopiez le code que montre votre application."},
    )


class OwnCodeForm(BaseAuthenticateForm):
    """The code of a telephone, or one that was put aside for the day it is lost."""

    code = code_field("Six chiffres, dans votre application. Sans elle\u00a0: un de vos codes de secours.")

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as refused:
            if refused.code != "too_many_login_attempts":
                raise
            write_codes_refused(self.user)
            raise ValidationError(TOO_MANY_CODES, code=refused.code) from None


class SecondStepForm(OwnCodeForm, AuthenticateForm):
    """After the password."""


class SecondStepAgainForm(OwnCodeForm, ReauthenticateForm):
    """Of somebody who is logged in, and touches what keeps the account safe."""


class ActivateSecondStepForm(ActivateTOTPForm):
    """The same key as long as it is not in place: the page is read again by a telephone that comes back from
    the application, or in another tab. Sealed meanwhile: sessions are rows of the database.
    """

    code = code_field("Six chiffres\u00a0: l’application en montre d’autres toutes les trente secondes.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        sealed = session.pop(SECRET_SESSION_KEY, "")
        super().__init__(*args, **kwargs)
        with suppress(Unreadable):
            self.secret = unseal(sealed)
        session[SECRET_SESSION_KEY] = seal(self.secret)

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as refused:
            if refused.code != "rate_limited":
                raise
            raise ValidationError(TRIED_TOO_OFTEN, code=refused.code) from None


class SignUpForm(OwnNameForm, SignupForm):
    """The first screen: for whom, who, how to come back. An invited person joins a team: no kind is asked."""

    field_order = ("kind", "first_name", "last_name", "email", "password1")

    kind = forms.ChoiceField(
        label="Vous inscrivez",
        choices=REGISTERING_KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez pour qui vous vous inscrivez."},
    )
    first_name = first_name_field()
    last_name = last_name_field()

    def __init__(self, *args: Any, invited: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if invited:
            del self.fields["kind"]
        self._say("email", "Adresse e-mail", "Nous y envoyons tout de suite un code à recopier.")
        self._say(
            "password1", "Mot de passe", "Au moins 10 caractères, que vous n’utilisez nulle part ailleurs."
        )

    def _say(self, name: str, label: str, help_text: str) -> None:
        field = self.fields[name]
        field.label, field.help_text = label, help_text
        field.widget.attrs.pop("placeholder", None)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the person is saved: what they came for is kept for the third screen."""
        user.wanted_kind = self.cleaned_data.get("kind", "")
        user.save(update_fields=["wanted_kind"])

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # Saving a person costs a password's hash: pay it here too, or the clock tells who has an account.
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # The same form sent twice at once: the first one made the account.
            self.account_already_exists = True
            return super().try_save(request)


class PersonForm(OwnNameForm, forms.ModelForm):
    """One's own name."""

    first_name = first_name_field()
    last_name = last_name_field()

    class Meta:
        model = User
        fields = ("first_name", "last_name")

    def is_ours(self) -> bool:
        return is_staff(self.instance)


class AbsenceForm(forms.Form):
    """The first and the last day of an absence, both included."""

    first_day = forms.DateField(label="Premier jour d’absence", widget=DateInput)
    last_day = forms.DateField(
        label="Dernier jour d’absence",
        help_text="Laissez vide pour un seul jour.",
        required=False,
        widget=DateInput,
    )

    def clean_last_day(self) -> date | None:
        return self.cleaned_data["last_day"] or self.cleaned_data.get("first_day")


class ClaimForm(forms.Form):
    message = ParagraphsField(
        label="Ce que vous y faites, et comment nous pouvons le vérifier",
        help_text=(
            "Par exemple\u00a0: «\u202fJe suis trésorière. Mon nom figure sur la page Équipe de notre site, "
            "et vous pouvez m’appeler au siège.\u202f» Seule l’équipe de Mecenova lit ce message."
        ),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Dites ce que vous y faites, et comment nous pouvons le vérifier."},
    )


class InvitationForm(forms.Form):
    email = AddressField(
        label="Adresse e-mail de la personne",
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"invalid": "Écrivez une adresse complète, par exemple prenom@exemple.fr."},
    )
    role = forms.ChoiceField(
        label="Son rôle",
        choices=Role.choices,
        initial=Role.CONTRIBUTOR,
        widget=forms.RadioSelect,
        help_text="Tous écrivent dans la fiche. Une personne responsable gère aussi l’équipe.",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Rôle", choices=Role.choices)


class CloseAccountForm(forms.Form):
    sure = forms.BooleanField(label="Oui, fermer mon compte")
