"""Whose turn it is: the next step, where a request stands, how complete a record is."""

from collections.abc import Iterable
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django import template
from django.template import Context

from mecenova.calendar import clock
from mecenova.ui.drawing import pairs
from mecenova.ui.figures import long_date

register = template.Library()


@register.inclusion_tag("ui/next_step.html", takes_context=True)
def next_step(
    context: Context,
    follow_up: Any,
    *,
    mine: bool = False,
    who: str = "",
    href: str = "",
    about: str = "",
) -> dict[str, Any]:
    """What happens next, who owes it, by when, and why not sooner. `mine` when the reader owes it, `who` to
    name the other party; `href` is where it is done, when that is another page, and `about` what it is about.

    No follow-up at all is an anomaly: the reader is told that the team sees it, staff are told to act.
    """
    staff = _is_for_staff(context)
    values = {
        "follow_up": follow_up,
        "what": "",
        "mine": mine,
        "href": href,
        "about": about,
        "staff": staff,
        "who": "",
        "deadline": None,
        "put_off": "",
        "late": "",
        "promised_first": None,
    }
    if follow_up is not None:
        values["what"] = follow_up.what if staff else follow_up.what_to_you
        values["who"] = "Vous" if mine else who or follow_up.get_owner_display()
        values["deadline"] = follow_up.deadline
        values["put_off"] = follow_up.put_off()
        values["late"] = "" if mine or staff else _late(follow_up)
        values["promised_first"] = _promised_first(follow_up)
    return values


@register.inclusion_tag("ui/step_line.html", takes_context=True)
def step_line(context: Context, follow_up: Any, *, mine: bool = False, who: str = "") -> dict[str, Any]:
    """The next step in a row of a list, its date, why not sooner. Nothing for a row that owes nothing."""
    if follow_up is None:
        return {"follow_up": None, "what": "", "who": "", "late": ""}
    staff = _is_for_staff(context)
    return {
        "follow_up": follow_up,
        "what": follow_up.what if staff else follow_up.what_to_you,
        "who": "Vous" if mine else who or follow_up.get_owner_display(),
        "late": "" if mine or staff else _late(follow_up),
    }


def _is_for_staff(context: Context) -> bool:
    user = getattr(context.get("request"), "user", None)
    return bool(user is not None and user.is_authenticated and user.is_staff)


def _late(follow_up: Any) -> str:
    """What who waits is told of a date that is past: who sees it, or when the platform acts. Else nothing."""
    today = clock.today()
    if follow_up.deadline is None or _day(follow_up.deadline) >= today:
        return ""
    if follow_up.owner == "staff":
        return "Cette date est passée\u00a0: l’équipe le voit en tête de sa liste. Vous n’avez rien à faire."
    if follow_up.owner == "organisation":
        acts_on = _day(follow_up.due_at)
        when = f"le {long_date(acts_on)}" if acts_on > today else "aujourd’hui"
        return f"Cette date est passée\u00a0: si rien ne vient, nous nous en occupons {when}."
    return ""


def _promised_first(follow_up: Any) -> date | None:
    """The first day that the team had promised, when it has given a later one since."""
    first = getattr(follow_up, "promised_at", None)  # Of a step read as what is shown next.
    if follow_up.owner != "staff" or first is None:
        return None
    return _day(first) if _day(first) < _day(follow_up.deadline) else None


def _day(moment: date) -> date:
    return clock.paris(moment).date() if isinstance(moment, datetime) else moment


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
