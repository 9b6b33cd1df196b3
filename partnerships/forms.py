"""Asking to talk, and answering. Parsing and validation only."""

from typing import Any

from django import forms

from associations.models import Association, Project
from companies.models import Need
from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.ui.figures import short_date
from mecenova.ui.forms import DateInput
from partnerships.enums import Side, reasons_for
from partnerships.models import Introduction, RefusalStep

NOTE_LENGTH = 1000


class AskForm(forms.Form):
    """One note, and the form of support it is about."""

    kind = forms.ChoiceField(label="Sous quelle forme", choices=Kind.choices)
    project = forms.ModelChoiceField(
        label="Votre projet",
        queryset=Project.objects.none(),
        required=False,
        empty_label="Aucun projet en particulier",
    )
    note = forms.CharField(
        label="Votre message",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez votre message\u00a0: c’est lui que l’autre côté lit d’abord."},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Qui vous êtes, pourquoi cette demande, et ce que vous proposez comme premier pas.",
    )

    def __init__(
        self,
        *args: Any,
        association: Association,
        side: str,
        need: Need | None,
        answers: Introduction | None,
        **kwargs: Any,
    ) -> None:
        """`answers`: what the other side has asked, and said the form of; only a note is wanted then."""
        super().__init__(*args, **kwargs)
        self.known = answers or need
        projects = Project.objects.published().filter(association=association)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        if side == Side.COMPANY:
            self.fields["project"].label = "Le projet qui vous intéresse"
        if answers or not projects:
            del self.fields["project"]
        if self.known:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {"kind": self.known.kind} if self.known else cleaned


class AnswerForm(forms.Form):
    """Yes; later, with a date; no, with a reason from the closed list."""

    YES, LATER, NO = "yes", "later", "no"
    # Wanted by clean() with the answer their label names: calling them optional would mislead.
    asked_for_some_answers = ("later_on", "reason")

    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=(
            (YES, "Oui, échangeons"),
            (LATER, "Plus tard, à une date que je choisis"),
            (NO, "Non, et voici pourquoi"),
        ),
        widget=forms.RadioSelect,
    )
    later_on = forms.DateField(
        label="Si c’est plus tard\u00a0: me reposer la question le", required=False, widget=DateInput
    )
    reason = forms.ChoiceField(label="Si c’est non\u00a0: la raison", required=False)
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, introduction: Introduction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [
            (reason.value, reason.label)
            for reason in reasons_for(introduction.kind, introduction.answering_side)
        ]
        self.fields["reason"].choices = [("", "Choisissez une raison"), *reasons]  # type: ignore[attr-defined]
        self._say_until_when(introduction)

    def _say_until_when(self, introduction: Introduction) -> None:
        """Until which day it may be put off; past it, yes or no, and why."""
        answer = self.fields["answer"]
        if introduction.can_be_postponed:
            last = short_date(introduction.latest_later_on)
            self.fields["later_on"].help_text = f"Au plus tard le {last}, un an après la demande."
            return
        answer.choices = [choice for choice in answer.choices if choice[0] != self.LATER]  # type: ignore[attr-defined]
        answer.help_text = "Cette demande a un an\u00a0: elle ne se remet plus à plus tard."
        del self.fields["later_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == self.LATER and "later_on" not in self.errors:
            later_on = cleaned.get("later_on")
            if later_on is None:
                self.add_error("later_on", "Indiquez la date à laquelle vous reposer la question.")
            elif later_on <= clock.today():
                self.add_error("later_on", "Choisissez une date à venir.")
        if cleaned.get("answer") == self.NO and not cleaned.get("reason"):
            self.add_error(
                "reason", "Choisissez une raison\u00a0: elle aide l’autre côté à savoir quoi faire ensuite."
            )
        return cleaned


class WithdrawForm(forms.Form):
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AbandonForm(forms.Form):
    note = forms.CharField(
        label="Pourquoi le projet ne se fait pas",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Dites en quelques mots pourquoi il ne se fait pas."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TalkForm(forms.Form):
    """Did you talk? One question, two answers."""

    YES, NOT_YET = "yes", "not_yet"

    talked = forms.ChoiceField(
        label="Vous êtes-vous parlé\u202f?",
        choices=((YES, "Oui, nous nous sommes parlé"), (NOT_YET, "Pas encore")),
        widget=forms.RadioSelect,
    )


class SettleForm(forms.Form):
    """What the team learnt by asking both sides."""

    YES, NO = "yes", "no"

    talked = forms.ChoiceField(
        label="Se sont-ils parlé\u202f?",
        choices=(
            (YES, "Oui\u00a0: le partenariat continue"),
            (NO, "Non\u00a0: chacun revient à la recherche"),
        ),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Qui vous l’a dit, et quand",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez qui vous l’a dit, et quand."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Gardé dans l’histoire du partenariat, que les deux côtés lisent.",
    )


class AgreeForm(forms.Form):
    signed_on = forms.DateField(label="Signé le", widget=DateInput)
    ends_on = forms.DateField(
        label="Prend fin le",
        required=False,
        widget=DateInput,
        help_text="Sans date de fin, nous vous demanderons chaque année s’il continue.",
    )


class ContestForm(forms.Form):
    note = forms.CharField(
        label="Où en êtes-vous vraiment",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Dites en quelques mots où vous en êtes."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="L’autre côté le lit, et une personne de l’équipe vous appelle tous les deux.",
    )


class SettleSignatureForm(AgreeForm):
    """What the team learnt by asking both sides whether it is signed."""

    YES, NO = "yes", "no"

    signed = forms.ChoiceField(
        label="Est-ce signé\u202f?",
        choices=((YES, "Oui, à la date ci-dessous"), (NO, "Non\u00a0: la discussion continue")),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Qui vous l’a dit, et quand",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez qui vous l’a dit, et quand."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les deux côtés le lisent, par courriel et dans l’histoire du partenariat.",
    )
    field_order = ("signed", "signed_on", "ends_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].required = False

    def clean(self) -> dict[str, Any]:
        """Without a signature there is no date; with one, its day is needed."""
        data = super().clean() or self.cleaned_data
        if data.get("signed") == self.NO:
            data["signed_on"] = data["ends_on"] = None
        elif "signed_on" in data and data["signed_on"] is None:
            self.add_error("signed_on", "Écrivez le jour de la signature, ou répondez «\u202fNon\u202f».")
        return data


class RenewForm(forms.Form):
    """Does it go on?"""

    GOES_ON, STOPS = "goes_on", "stops"

    answer = forms.ChoiceField(
        label="Le partenariat continue-t-il\u202f?",
        choices=((GOES_ON, "Oui, il continue"), (STOPS, "Non, il s’arrête comme prévu")),
        widget=forms.RadioSelect,
    )
    ends_on = forms.DateField(
        label="S’il continue, nouvelle date de fin",
        required=False,
        widget=DateInput,
        help_text="Vide\u00a0: sans date de fin, et nous vous reposerons la question chaque année.",
    )

    def __init__(self, *args: Any, has_end: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_end:
            choices = [(self.GOES_ON, "Oui, il continue")]
            self.fields["answer"].choices = choices  # type: ignore[attr-defined]


class EndForm(forms.Form):
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReflectForm(forms.Form):
    text = forms.CharField(
        label="En quelques lignes",
        max_length=2000,
        error_messages={"required": "Écrivez ce que ce partenariat a changé."},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Pour qui cela a changé quelque chose, ce qui a marché, ce que vous feriez autrement.",
    )


class RefusalStepForm(forms.ModelForm):
    """The team's words for one reason, its delay and its document."""

    class Meta:
        model = RefusalStep
        fields = ("advice", "rewrite", "section", "retry_after_days", "document", "library_words")
        widgets = {"advice": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "advice": "Lu par qui vient de recevoir un « non »\u00a0: ni jargon, ni reproche.",
            "rewrite": "Une seule chose à reprendre, à l’impératif.",
            "section": "Le lien mène à cette page, chez qui a demandé.",
            "retry_after_days": "La paire n’est pas redemandée avant. De 7 à 730 jours. "
            "Les dates déjà données ne changent pas.",
            "document": "Sans document, le lien mène à la recherche de l’infothèque sur les mots ci-dessous.",
        }
        error_messages = {
            "advice": {"required": "Dites ce que cette réponse veut dire."},
            "rewrite": {"required": "Écrivez ce qu’il faut reprendre."},
            "library_words": {"required": "Écrivez les mots à chercher dans l’infothèque."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = Document.objects.published()  # type: ignore[attr-defined]
        self.fields["document"].empty_label = "Pas encore choisi"  # type: ignore[attr-defined]
