"""Forms: the error summary, groups of fields, the button that changes a state."""

from contextlib import suppress
from typing import Any

from django import forms, template
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.defaultfilters import linebreaks
from django.utils.safestring import SafeString

from mecenova.ui import figures
from mecenova.ui.drawing import draw

register = template.Library()

OPTIONAL = "facultatif"
NEEDED_LATER = "peut attendre, mais {}"
INCOMPLETE = "la fiche restera incomplète"


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """The list of what is still to correct, with links to the fields. Empty while the form has no error."""
    found = [
        (field.label, str(field.label).endswith("?"), field_anchor(field), error)
        for field in form
        for error in field.errors
    ]
    return {
        "general": form.non_field_errors(),
        "fields": found,
        "total": len(found) + len(form.non_field_errors()),
    }


@register.filter
def typed(form: forms.BaseForm) -> list[tuple[str, SafeString]]:
    """The texts and the dates that a person wrote in a form that is not shown any more, each with its label.

    What was only ticked is left out.
    """
    return [(str(field.label), words) for field in form if (words := _written(field))]


def _written(field: BoundField) -> SafeString | None:
    value = field.value()
    if field.is_hidden or not isinstance(value, str) or not value.strip():
        return None
    if isinstance(field.field, forms.DateField):
        with suppress(ValidationError):
            return figures.long_date(field.field.to_python(value))
    if isinstance(field.field, forms.ChoiceField | forms.ModelChoiceField):
        return None
    return SafeString(linebreaks(value, autoescape=True))


@register.filter
def field_anchor(field: BoundField) -> str:
    """The id that a link to this field should point at: the first of a list of choices, grouped or not."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return next((choice.id_for_label for choice in field), "") or field.auto_id
    return field.id_for_label or field.auto_id


@register.filter
def is_single_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def when_wanted(field: BoundField) -> str:
    """What the label says of an answer that is not required: that it never is, or only not yet.

    Nothing in a filter form, where nothing is required, nor for the fields that a form names in
    `asked_for_some_answers`: its server checks want them, or not, according to another answer, and their
    label says so. Those of `needed_later` keep a profile from being complete, or from what the form says in
    `otherwise`.
    """
    if field.field.required or field.name in getattr(field.form, "asked_for_some_answers", ()):
        return ""
    if not any(other.required for other in field.form.fields.values()):
        return ""
    if field.name not in getattr(field.form, "needed_later", ()):
        return OPTIONAL
    return NEEDED_LATER.format(getattr(field.form, "otherwise", INCOMPLETE))


@register.inclusion_tag("ui/fields.html")
def fields(form: forms.BaseForm, *names: str, legend: str = "", help_text: str = "") -> dict[str, Any]:
    """Some of a form's fields, in a fieldset when `legend` is given."""
    return {"fields": [form[name] for name in names], "legend": legend, "help_text": help_text}


@register.simple_block_tag(takes_context=True)
def post_button(
    context: Context,
    content: str,
    action: str,
    *,
    style: str = "button",
    confirm: str = "",
    name: str = "",
    value: str = "",
    from_list: bool = False,
) -> SafeString:
    """A form of one button, for what changes a state. `confirm` asks first, without a script.

    `from_list` sends the query of the list whose line it acts on, to come back to it (`back_to_list`).
    """
    query = context["request"].GET.urlencode() if from_list else ""
    values = {
        "action": f"{action}?{query}" if query else action,
        "style": style,
        "confirm": confirm,
        "name": name,
        "value": value,
        "content": SafeString(content.strip()),
    }
    return draw(context, "ui/post_button.html", values)
