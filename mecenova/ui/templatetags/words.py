"""Words and figures: filters, and the icon that stands beside words."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.template.defaultfilters import pluralize as english_pluralize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from mecenova.ui import figures
from mecenova.ui.contractions import of_name, to_name
from mecenova.ui.typography import french_html, french_text

register = template.Library()


@register.filter
def typographe(value: Any) -> SafeString:
    """French apostrophes and no-break spaces. HTML marked safe stays HTML; anything else is escaped."""
    if hasattr(value, "__html__"):
        return SafeString(french_html(str(value)))
    return conditional_escape(french_text(str(value)))


@register.filter
def avec_a(name: str) -> str:
    return to_name(name)


@register.filter
def avec_de(name: str) -> str:
    return of_name(name)


@register.filter
def in_language(text: str, code: str) -> SafeString:
    """Words of another language than the page's, marked for who hears them; without a code, as they are."""
    return format_html('<span lang="{}">{}</span>', code, text) if code else conditional_escape(text)


@register.filter
def euros(value: Any) -> SafeString:
    return figures.euros(value)


@register.filter
def ou_non_renseigne(value: Any) -> SafeString:
    return figures.or_missing(value)


@register.filter
def date_longue(value: Any) -> SafeString:
    return figures.long_date(value)


@register.filter
def date_et_heure(value: Any) -> SafeString:
    return figures.day_and_hour(value)


@register.filter
def date_courte(value: Any) -> SafeString:
    return figures.short_date(value)


@register.filter
def heure(value: Any) -> SafeString:
    return figures.hour(value)


@register.filter
def taille(value: int) -> SafeString:
    return figures.size(value)


@register.filter
def jours(value: Any) -> SafeString:
    return figures.days(value)


@register.filter
def duree(minutes: int) -> SafeString:
    return figures.length(minutes)


@register.filter
def nombre(value: int | None) -> SafeString:
    return figures.missing() if value is None else SafeString(figures.integer(value))


@register.filter(is_safe=False)
def pluralize(value: Any, endings: str = "s") -> str:
    """Django's filter with French numbers: nought and one are singular (« 0 sortie », « 2 sorties »)."""
    number = value if isinstance(value, (int, float, str, Decimal)) else len(value)
    return english_pluralize(1 if -2 < float(number) < 2 else number, endings)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> str:
    return lucide._render_icon(name, size, **{"class": "icon", "aria_hidden": "true", "focusable": "false"})


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A lucide icon, inline and hidden from screen readers: the words beside it say the same."""
    return SafeString(_icon(str(name), size))
