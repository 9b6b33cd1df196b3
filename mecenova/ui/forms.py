"""How forms are drawn: one renderer for the whole site, and the widgets that long lists need."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting


class DescribedField(BoundField):
    """A field whose control is described by its limit too, when it holds a text of several lines."""

    @property
    def text_limit(self) -> int | None:
        """How many characters; None without a limit, or for a line that the browser itself limits."""
        if not isinstance(self.field.widget, forms.Textarea):
            return None
        return getattr(self.field, "max_length", None)

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if described is None or not (self.auto_id and self.text_limit) or self.is_hidden:
            return described
        return f"{self.auto_id}_limit {described}".rstrip()


class PlainFormRenderer(TemplatesSetting):
    """`{{ form }}` gives the error summary then every field; `{{ field.as_field_group }}` one field.

    A field group is a label (with « facultatif » in words), the help text, the errors and the control, tied
    together by `aria-describedby`; lists of choices are fieldsets.
    """

    bound_field_class = DescribedField
    form_template_name = "ui/form.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"


class FoldedCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes whose groups fold: for grouped choices (departments by region, skills by family).

    A group that holds a ticked box is open, so nothing chosen is hidden; the first, which shows the way, too.
    """

    template_name = "ui/widgets/folded_checkboxes.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["groups"] = [
            (group, options, number == 0 or any(option["selected"] for option in options))
            for number, (group, options, _) in enumerate(context["widget"]["optgroups"])
        ]
        return context


class ShortRadios(forms.RadioSelect):
    """Radios of a list that may be long: the first show, the rest fold, open when what is chosen is there."""

    template_name = "ui/widgets/short_radios.html"
    shown = 10

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        context["first"], context["rest"] = options[: self.shown], options[self.shown :]
        context["opened"] = any(option["selected"] for option in context["rest"])
        return context


class ChoicesByKind(ModelChoiceIterator):
    """The rows of a long list under their kind, in the order of kinds: the groups of a select."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in self.queryset:
            groups[row.kind].append(self.choice(row))
        kinds = self.queryset.model._meta.get_field("kind").flatchoices
        yield from ((label, groups[kind]) for kind, label in kinds if kind in groups)


def choose_by_kind(field: Any, rows: QuerySet[Any], *, empty_label: str) -> None:
    """Make a field a choice among these rows, kind by kind."""
    field.iterator, field.empty_label = ChoicesByKind, empty_label
    field.queryset = rows


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
