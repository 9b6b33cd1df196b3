"""Whose turn it is: the next step, where a request stands, how complete a record is."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from django import template
from django.template import Context

from mecenova.ui.drawing import pairs

register = template.Library()


@register.inclusion_tag("ui/next_step.html", takes_context=True)
def next_step(
    context: Context,
    follow_up: Any,
    *,
    mine: bool = False,
    who: str = "",
    level: int = 2,
    href: str = "",
    about: str = "",
) -> dict[str, Any]:
    """What happens next, who owes it, by when, and why not sooner. `mine` when the reader owes it, `who` to
    name the other party; `href` is where it is done, when that is another page, and `about` what it is about.

    No follow-up at all is an anomaly: the reader is told that the team sees it, staff are told to act.
    """
    user = getattr(context.get("request"), "user", None)
    staff = bool(user is not None and user.is_authenticated and user.is_staff)
    values = {
        "follow_up": follow_up,
        "mine": mine,
        "level": level,
        "href": href,
        "about": about,
        "staff": staff,
        "who": "",
        "deadline": None,
        "put_off": "",
    }
    if follow_up is not None:
        values["who"] = "Vous" if mine else who or follow_up.get_owner_display()
        values["deadline"] = follow_up.deadline
        values["put_off"] = follow_up.put_off()
    return values


@register.inclusion_tag("ui/step_line.html")
def step_line(follow_up: Any, *, mine: bool = False, who: str = "") -> dict[str, Any]:
    """The next step in a row of a list, its date, why not sooner. Nothing for a row that owes nothing."""
    if follow_up is None:
        return {"follow_up": None, "who": ""}
    return {"follow_up": follow_up, "who": "Vous" if mine else who or follow_up.get_owner_display()}


@register.inclusion_tag("ui/history.html")
def history(lines: Iterable[Any], *, notes: bool = False) -> dict[str, Any]:
    """What happened, by whom and when; with `notes`, the words that were left. Nothing for an empty past."""
    return {"lines": lines, "notes": notes}


@register.inclusion_tag("ui/step_tracker.html")
def step_tracker(*labels_and_dates: Any, label: str = "Avancement", over: bool = False) -> dict[str, Any]:
    """`{% step_tracker "Envoyée" sent_at "Vue" seen_at %}`: done with a date, then one current.

    Once it is `over`, nothing more is awaited: what has no date never happened, the rest is told in order.
    """
    steps = []
    current_found = False
    told = list(pairs(labels_and_dates))
    if over:
        told = sorted(((name, moment) for name, moment in told if moment), key=itemgetter(1))
    for name, moment in told:
        state = "done" if moment else "todo" if current_found else "current"
        current_found = current_found or state == "current"
        steps.append({"label": name, "moment": moment or None, "state": state})
    return {"steps": steps, "label": label}


@register.inclusion_tag("ui/meter.html")
def meter(
    done: int, total: int, missing: Iterable[Any] = (), label: str = "Fiche complétée"
) -> dict[str, Any]:
    """How complete something is, with the missing parts named: texts, or (text, address) pairs."""
    percent = round(100 * done / total) if total else 0
    parts = [(part, "") if isinstance(part, str) else tuple(part) for part in missing]
    return {"done": done, "total": total, "percent": percent, "parts": parts, "label": label}
