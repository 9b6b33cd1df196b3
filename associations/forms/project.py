"""A project, and one form per kind of ask with only the fields that this kind needs."""

from typing import Any

from django import forms

from associations.models import Ask, Project
from mecenova.identifiers.fields import AmountField, OnceField, WholeNumberField
from mecenova.reference.enums import Kind
from mecenova.reference.fields import EntriesField, SkillsField, TerritoriesField
from mecenova.reference.models import Audience, Cause
from mecenova.ui.as_shown import AsShown
from mecenova.ui.forms import DateInput


class ProjectForm(AsShown):
    title = forms.CharField(
        label="Titre du projet",
        error_messages={"required": "Donnez un titre au projet."},
        max_length=150,
        help_text="Une action, un lieu\u00a0: «\u202fUn potager partagé à Roubaix\u202f».",
    )
    description = forms.CharField(
        label="Description",
        error_messages={"required": "Décrivez le projet en quelques phrases."},
        max_length=8000,
        widget=forms.Textarea({"rows": 8}),
        help_text="Ce que vous voulez faire, pour qui, quand, et ce que cela changera.",
    )
    causes = EntriesField(Cause, label="Causes", error_messages={"required": "Cochez au moins une cause."})
    audiences = EntriesField(Audience, label="Publics", required=False)
    territories = TerritoriesField(label="Territoires", required=False)

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        return {
            "title": project.title,
            "description": project.description,
            "causes": list(project.causes.all()),
            "audiences": list(project.audiences.all()),
            "territories": list(project.territories.all()),
        }


class PauseForm(forms.Form):
    until = forms.DateField(
        label="Dernier jour de la pause",
        widget=DateInput(),
        error_messages={"required": "Choisissez le dernier jour de la pause."},
        help_text="Dans les douze mois. Le lendemain, le projet est de nouveau proposé.",
    )


class NewProjectForm(ProjectForm):
    project_id = OnceField()


class AskForm(AsShown):
    """The common part; FORM_OF_KIND holds one form per kind."""

    lead = ""

    @classmethod
    def initial_of(cls, ask: Ask) -> dict[str, Any]:
        found = {name: getattr(ask, name) for name in cls.base_fields.keys() - {"ask_id", "as_shown"}}
        return {name: list(value.all()) if hasattr(value, "all") else value for name, value in found.items()}

    ask_id = OnceField()


class MoneyForm(AskForm):
    lead = "De l’argent\u00a0: un montant précis, pour une action précise, se décide plus vite."
    amount = AmountField(
        label="Montant recherché", error_messages={"required": "Indiquez un montant en euros."}
    )

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError("Indiquez un montant supérieur à zéro.")
        return amount


class GoodsForm(AskForm):
    lead = "Du matériel, des produits, un local\u00a0: dites quoi, combien, et si l’occasion vous convient."
    goods = forms.CharField(
        label="Biens recherchés",
        error_messages={"required": "Dites quels biens vous cherchez."},
        max_length=250,
        widget=forms.Textarea({"rows": 3}),
    )


class SkillsForm(AskForm):
    lead = "Des salariés, sur leur temps de travail, pour une mission définie."
    skills = SkillsField(
        label="Compétences recherchées", error_messages={"required": "Cochez au moins une compétence."}
    )
    days = WholeNumberField(
        label="Nombre de jours",
        error_messages={"required": "Estimez le nombre de jours."},
        min_value=1,
        max_value=1000,
        help_text="Une estimation suffit.",
    )


class VolunteersForm(AskForm):
    lead = "Des salariés, sur leur temps personnel."
    volunteers = WholeNumberField(
        label="Nombre de bénévoles",
        error_messages={"required": "Estimez le nombre de bénévoles."},
        min_value=1,
        max_value=10000,
    )


class QuestionForm(AskForm):
    lead = "Une question à laquelle vous voulez répondre à plusieurs, sans solution toute faite."
    question = forms.CharField(
        label="Question à travailler ensemble",
        error_messages={"required": "Écrivez votre question."},
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )


FORM_OF_KIND: dict[str, type[AskForm]] = {
    Kind.FINANCIAL: MoneyForm,
    Kind.IN_KIND: GoodsForm,
    Kind.SKILLS: SkillsForm,
    Kind.VOLUNTEERING: VolunteersForm,
    Kind.CO_CONSTRUCTION: QuestionForm,
}
