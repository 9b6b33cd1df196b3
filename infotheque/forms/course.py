"""What a curator writes of a learning path and of its steps."""

from typing import Any

from django import forms

from infotheque.exercises import exercise_of
from infotheque.models import Document, Path, Step
from mecenova.identifiers.fields import WholeNumberField
from mecenova.ui.as_shown import AsShownModelForm
from mecenova.ui.forms import choose_by_kind

MARKDOWN = "Titres\u00a0: ## ; listes\u00a0: - ; gras\u00a0: **mot** ; liens\u00a0: [mots](https://…)."


class PathForm(AsShownModelForm):
    class Meta:
        model = Path
        fields = ("title", "introduction")
        widgets = {"introduction": forms.Textarea({"rows": 6})}
        help_texts = {"introduction": MARKDOWN}
        error_messages = {
            "title": {"required": "Écrivez le titre du parcours."},
            "introduction": {"required": "Dites en quelques phrases à quoi sert ce parcours."},
        }


class LessonForm(AsShownModelForm):
    """`keys` are the exercises that the step may have, its own first."""

    key = forms.ChoiceField(
        label="Exercice",
        help_text="Ce que le site demande, et regarde chez le membre. L’adresse de l’étape en vient.",
    )

    minutes = WholeNumberField(label="Durée (minutes)", min_value=1, max_value=240)

    class Meta:
        model = Step
        fields = ("title", "lesson", "document", "key", "exercise", "minutes")
        widgets = {"lesson": forms.Textarea({"rows": 14}), "exercise": forms.Textarea({"rows": 4})}
        help_texts = {"lesson": MARKDOWN}
        error_messages = {
            "title": {"required": "Écrivez le titre de l’étape."},
            "lesson": {"required": "Écrivez la leçon."},
            "exercise": {"required": "Écrivez ce que l’exercice demande."},
        }

    def __init__(self, *args: Any, keys: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_with = {"keys": keys}
        known = Document.objects.to_choose_from(self.instance.document_id)
        choose_by_kind(self.fields["document"], known, empty_label="Aucun")
        path = self.instance.path.slug
        self.fields["key"].choices = [(key, _told(path, key)) for key in keys]


def _told(path: str, key: str) -> str:
    """The exercise, and what it asks."""
    exercise = exercise_of(path, key)
    asked = len(exercise.questions) + len(exercise.dimensions)
    return f"{key} ({asked} question{'s' if asked > 1 else ''})" if asked else f"{key} (regarde la fiche)"
