"""What a curator writes of a document."""

from typing import Any

from django import forms

from infotheque.enums import Readers, Stage
from infotheque.forms.organisation import OrganisationField
from infotheque.models import Collection, CurationSettings, Document
from infotheque.models.lengths import LONGEST_LINK
from mecenova.identifiers.fields import AddressField
from mecenova.reference.enums import Kind
from mecenova.team import team
from mecenova.ui.as_shown import AsShownModelForm
from mecenova.ui.forms import DateInput


class DocumentForm(AsShownModelForm):
    """The record and the text; what was typed is kept when it is refused."""

    link = forms.URLField(label="Lien", required=False, max_length=LONGEST_LINK, assume_scheme="https")
    publisher_home = forms.URLField(
        label="Site de l’éditeur", required=False, max_length=300, assume_scheme="https"
    )
    organisation = OrganisationField(
        label="Organisme source",
        required=False,
        max_length=400,
        help_text="Quand il est sur le site\u00a0: son nom, ou «\u202fnom, commune\u202f».",
    )
    partnership_kinds = forms.MultipleChoiceField(
        label="Formes de partenariat",
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stages = forms.MultipleChoiceField(
        label="Moments du partenariat",
        choices=Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    readers = forms.MultipleChoiceField(
        label="Pour qui", choices=Readers.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Document
        fields = (
            "title",
            "summary",
            "body",
            "kind",
            "causes",
            "partnership_kinds",
            "stages",
            "readers",
            "authors",
            "publisher",
            "publisher_home",
            "organisation",
            "year",
            "language",
            "licence",
            "link",
            "valid_from",
            "valid_until",
            "confidence",
            "review_on",
            "owner",
            "needs_second_reader",
        )
        widgets = {
            "body": forms.Textarea({"rows": 18}),
            "summary": forms.Textarea({"rows": 4}),
            "causes": forms.CheckboxSelectMultiple,
            "valid_from": DateInput,
            "valid_until": DateInput,
            "review_on": DateInput,
        }
        help_texts = {
            "summary": "Deux ou trois phrases\u00a0: ce qu’on y trouve, et pour qui.",
            "body": (
                "Pour un texte écrit ici. Titres\u00a0: ## ; listes\u00a0: - ; gras\u00a0: **mot** ; "
                "liens\u00a0: [mots](https://…)."
            ),
            "publisher_home": "Quand le document lui-même n’a pas d’adresse, ou peut en changer.",
            "valid_until": "Pour une fiche juridique\u00a0: au-delà, elle est signalée aux lecteurs.",
            "review_on": "Dans un an à la publication, si rien n’est dit.",
            "owner": "Reçoit la relance à la date de relecture.",
        }
        error_messages = {"title": {"required": "Écrivez le titre du document."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = team().order_by("email")
        self.fields["owner"].empty_label = "Personne en particulier"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error(
                "valid_until", "La fin de validité vient après son début\u00a0: vérifiez les dates."
            )
        return cleaned


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Commentaire",
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Lu par l’équipe.",
        error_messages={"required": "Écrivez votre commentaire."},
    )


class TipForm(forms.Form):
    """What anybody may suggest; the team decides."""

    title = forms.CharField(
        label="Titre du document",
        max_length=250,
        error_messages={"required": "Écrivez le titre du document."},
    )
    link = forms.URLField(
        label="Son adresse sur le web",
        max_length=LONGEST_LINK,
        required=False,
        assume_scheme="https",
        help_text="Si vous la connaissez.",
    )
    reason = forms.CharField(
        label="Pourquoi le lire",
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Une phrase suffit. N’écrivez rien de personnel.",
    )
    visitor_address = AddressField(
        label="Votre adresse de courriel",
        max_length=254,
        required=False,
        help_text=(
            "Pour savoir si ce document est mis en ligne ou écarté\u00a0: un seul courriel, et rien d’autre. "
            "Elle est effacée dans le mois qui suit, au plus tard après un an."
        ),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, is_member: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_member:
            del self.fields["visitor_address"]


class SettingsForm(forms.ModelForm):
    class Meta:
        model = CurationSettings
        fields = ("needs_second_reader", "review_months")


class CollectionForm(AsShownModelForm):
    class Meta:
        model = Collection
        fields = ("title", "introduction", "position")
        widgets = {"introduction": forms.Textarea({"rows": 6})}
        help_texts = {
            "introduction": "Pourquoi ces documents, et dans quel ordre les lire.",
            "position": "Les collections se présentent du plus petit nombre au plus grand.",
        }
        error_messages = {"title": {"required": "Écrivez le titre de la collection."}}


class ShelvingForm(forms.Form):
    """Put a document in one collection more."""

    collection = forms.ModelChoiceField(
        label="Collection", queryset=Collection.objects.order_by("title"), empty_label="Choisir"
    )
    note = forms.CharField(
        label="Pourquoi le lire",
        max_length=300,
        required=False,
        help_text="Une phrase, montrée aux lecteurs.",
    )
