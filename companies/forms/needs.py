"""A need, with only the fields that its kind asks for."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from accounts.enums import OrganisationKind
from companies.enums import Place, WhoseTime
from companies.models import Need, Policy
from companies.operations import WORK_TIME_IS_SKILLS
from companies.readiness import NEED_FIELDS
from mecenova.calendar import clock
from mecenova.calendar.reach import too_far
from mecenova.identifiers.fields import AmountField, WholeNumberField
from mecenova.reference.enums import Kind
from mecenova.reference.fields import EntriesField, SkillsField, TerritoriesField
from mecenova.reference.models import Audience, Cause
from mecenova.ui.as_shown import AsShown
from mecenova.ui.figures import short_date
from mecenova.ui.forms import DateInput


class NeedForm(AsShown):
    """What every need says. `id` is drawn when the page is shown: a form sent twice makes one need."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label="Titre",
        max_length=150,
        error_messages={"required": "Écrivez le titre du besoin."},
        help_text="Ce que vous proposez ou cherchez, en une ligne que chacun comprend.",
    )
    description = forms.CharField(
        label="Description",
        max_length=5000,
        error_messages={"required": "Décrivez le besoin en quelques phrases."},
        widget=forms.Textarea({"rows": 6}),
        help_text="Pour qui, pourquoi, et ce que vous attendez de l’association.",
    )
    causes = EntriesField(
        Cause, label="Causes", error_messages={"required": "Choisissez au moins une cause."}
    )
    audiences = EntriesField(Audience, label="Publics", required=False)
    territories = TerritoriesField(
        label="Territoires",
        help_text="Là où l’action doit avoir lieu.",
        error_messages={
            "required": "Choisissez au moins un territoire, la France entière si le lieu est libre."
        },
    )
    deadline = forms.DateField(
        label="Date limite pour répondre",
        widget=DateInput,
        required=False,
        help_text="Le besoin se clôt tout seul le lendemain. Sans date, nous demanderons chaque trimestre "
        "s’il tient toujours.",
    )

    OWN: tuple[str, ...] = ()

    def __init__(
        self, *args: Any, need: Need | None = None, policy: Policy | None = None, **options: Any
    ) -> None:
        """A need that is still to be written begins with what its company's `policy` says."""
        self.need = need
        if need is None:
            super().__init__(*args, initial={"id": uuid.uuid4(), **_begun(policy)}, **options)
        else:
            super().__init__(*args, now=_said(need, [*self.base_fields]), **options)
            del self.fields["id"]
        self.order_fields(["id", "title", "description", *self.OWN, "causes", "territories", "audiences"])

    def again(self, typed: Mapping[str, Any]) -> Self:
        return type(self)(need=self.need, typed=typed)

    def clean_deadline(self) -> date | None:
        deadline = self.cleaned_data["deadline"]
        if deadline is not None and deadline < clock.today():
            raise ValidationError("Cette date est passée. Choisissez un jour à venir.", code="deadline_past")
        return _within_reach(deadline)


class MoneyNeedForm(NeedForm):
    budget_min = AmountField(
        label="Montant minimal", required=False, help_text="En euros. Un seul des deux montants suffit."
    )
    budget_max = AmountField(label="Montant maximal", required=False)

    OWN = NEED_FIELDS[Kind.FINANCIAL]
    # One of them is wanted, whichever.
    asked_for_some_answers = OWN

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        low, high = values.get("budget_min"), values.get("budget_max")
        if not {"budget_min", "budget_max"} & set(self.errors):
            if low is None and high is None:
                self.add_error("budget_max", "Indiquez au moins un montant, même approché.")
            elif low is not None and high is not None and high < low:
                self.add_error("budget_max", "Le maximum est plus petit que le minimum\u00a0: échangez-les.")
        return values


class GoodsNeedForm(NeedForm):
    goods = forms.CharField(
        label="Les biens que vous donnez",
        max_length=250,
        error_messages={"required": "Écrivez ce que vous donnez, et combien."},
        help_text="Quoi, combien, dans quel état\u00a0: «\u202f20 ordinateurs de 2022, révisés\u202f».",
    )

    OWN = NEED_FIELDS[Kind.IN_KIND]


class DatedNeedForm(NeedForm):
    """A mission or an action, that takes place from a day to another."""

    starts_on = forms.DateField(label="Du", widget=DateInput, required=False)
    ends_on = forms.DateField(label="Au", widget=DateInput, required=False)

    def clean_starts_on(self) -> date | None:
        return _within_reach(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> date | None:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on is not None and ends_on < clock.today():
            raise ValidationError("Cette période est passée. Choisissez une fin à venir.", code="period_past")
        return _within_reach(ends_on)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("starts_on"), values.get("ends_on")
        if start is not None and end is not None and end < start:
            self.add_error("ends_on", "La fin vient avant le début\u00a0: vérifiez les deux dates.")
        deadline = values.get("deadline")
        if deadline is not None and end is not None and deadline > end:
            self.add_error(
                "deadline",
                f"Tout sera fini le {short_date(end)}\u00a0: une réponse viendrait trop tard. Choisissez une "
                "date d’avant, ou une autre fin.",
            )
        return values


class SkillsNeedForm(DatedNeedForm):
    skills = SkillsField(
        label="Les compétences offertes", error_messages={"required": "Choisissez au moins une compétence."}
    )
    days = WholeNumberField(
        label="Nombre de jours offerts",
        min_value=1,
        max_value=10_000,
        help_text="Le total, toutes personnes confondues. C’est du temps de travail, payé par l’entreprise.",
    )
    place = forms.ChoiceField(label="Où se passe la mission", choices=Place.choices, widget=forms.RadioSelect)

    OWN = NEED_FIELDS[Kind.SKILLS]


class VolunteersNeedForm(DatedNeedForm):
    whose_time = forms.ChoiceField(
        label="Sur quel temps vos salariés s’engagent-ils\u202f?",
        choices=WhoseTime.choices,
        widget=forms.RadioSelect,
        help_text="Le bénévolat se fait sur le temps personnel. Sur le temps de travail, c’est du mécénat de "
        "compétences.",
    )
    volunteers = WholeNumberField(
        label="Combien de salariés", min_value=1, max_value=30_000, help_text="Une estimation suffit."
    )
    place = forms.ChoiceField(label="Où se passe l’action", choices=Place.choices, widget=forms.RadioSelect)

    OWN = NEED_FIELDS[Kind.VOLUNTEERING]

    def clean_whose_time(self) -> str:
        whose_time: str = self.cleaned_data["whose_time"]
        if whose_time == WhoseTime.WORK:
            raise ValidationError(WORK_TIME_IS_SKILLS, code="work_time")
        return whose_time


class CoConstructionNeedForm(NeedForm):
    question = forms.CharField(
        label="La question à laquelle construire une réponse",
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Écrivez la question à laquelle construire une réponse."},
    )
    wished_parties = forms.MultipleChoiceField(
        label="Les parties que vous souhaitez autour de la table",
        choices=OrganisationKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Une co-construction réunit souvent plus de deux parties.",
    )

    OWN = NEED_FIELDS[Kind.CO_CONSTRUCTION]


NEED_FORMS: dict[str, type[NeedForm]] = {
    Kind.FINANCIAL: MoneyNeedForm,
    Kind.IN_KIND: GoodsNeedForm,
    Kind.SKILLS: SkillsNeedForm,
    Kind.VOLUNTEERING: VolunteersNeedForm,
    Kind.CO_CONSTRUCTION: CoConstructionNeedForm,
}


def need_form(kind: str) -> type[NeedForm]:
    return NEED_FORMS[kind]


def _begun(policy: Policy | None) -> dict[str, Any]:
    if policy is None:
        return {}
    return {"causes": policy.causes.all(), "territories": policy.territories.all()}


def _said(need: Need, names: list[str]) -> dict[str, Any]:
    lists = {"causes", "audiences", "territories", "skills"}
    return {
        name: getattr(need, name).all() if name in lists else getattr(need, name)
        for name in names
        if name not in {"id", "as_shown"}
    }


def _within_reach(day: date | None) -> date | None:
    if refusal := too_far(day):
        raise ValidationError(refusal, code="too_far")
    return day
