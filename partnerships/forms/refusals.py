"""The team's words after a refusal. Parsing and validation only."""

from typing import Any

from django import forms

from infotheque.models import Document
from mecenova.identifiers.fields import WholeNumberField
from mecenova.ui.as_shown import AsShownModelForm
from mecenova.ui.forms import choose_by_kind
from partnerships.models import RefusalStep
from partnerships.models.refusal import LONGEST_RETRY_DAYS, SHORTEST_RETRY_DAYS


class RefusalStepForm(AsShownModelForm):
    """The team's words for one reason, its delay and its document."""

    retry_after_days = WholeNumberField(
        label="Redemander après (jours)",
        min_value=SHORTEST_RETRY_DAYS,
        max_value=LONGEST_RETRY_DAYS,
        help_text="La paire n’est pas redemandée avant. "
        f"De {SHORTEST_RETRY_DAYS} à {LONGEST_RETRY_DAYS} jours. Les dates déjà données ne changent pas.",
    )

    class Meta:
        model = RefusalStep
        fields = ("advice", "rewrite", "section", "retry_after_days", "document", "library_words")
        widgets = {"advice": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "advice": "Lu par qui vient de recevoir un «\u202fnon\u202f»\u00a0: ni jargon, ni reproche.",
            "rewrite": "Une seule chose à reprendre, à l’impératif.",
            "section": "Le lien mène à cette page, chez qui a demandé.",
            "document": "Sans document, le lien mène à la recherche de l’infothèque sur les mots ci-dessous.",
        }
        error_messages = {
            "advice": {"required": "Dites ce que cette réponse veut dire."},
            "rewrite": {"required": "Écrivez ce qu’il faut reprendre."},
            "library_words": {"required": "Écrivez les mots à chercher dans l’infothèque."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Document.objects.to_choose_from(self.instance.document_id)
        choose_by_kind(self.fields["document"], known, empty_label="Pas encore choisi")
