"""What other rooms' pages say of mails: `{% load post %}{% address_notice %}{% mail_leaves %}`."""

from typing import Any

from django import template

from mecenova.mail.departure import leaves
from mecenova.mail.models import AddressTrouble

register = template.Library()


@register.inclusion_tag("mail_pages/address_notice.html", takes_context=True)
def address_notice(context: template.Context) -> dict[str, Any]:
    """Told to its holder, an address that receives nothing more."""
    reader = context["request"].user
    trouble = AddressTrouble.objects.open().of(reader).first() if reader.is_authenticated else None
    return {
        "trouble": trouble,
        "address": reader.email if trouble else "",
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def mail_leaves() -> str:
    """« Le courriel {% mail_leaves %} »: at once, or when the night or the day of rest is over."""
    return leaves()
