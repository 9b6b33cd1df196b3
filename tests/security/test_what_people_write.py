"""Names, notes and reasons come from strangers: every page shows them as text, no header carries them."""

import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, models, transaction

from mecenova.calendar import clock
from mecenova.logs import JsonFormatter
from mecenova.rehearsal.lines import lines_since
from tests.mail.factories import OutgoingMailFactory
from tests.security.test_hostile_input import names_read
from tests.security.world import World

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>\u202e=cmd|x"
LIVE = ("<script>alert(1)", "<img src=x")
# Some of what must be among the texts found: from each room, so that none falls out unseen.
KNOWN = {
    *("accounts.Organisation.name", "accounts.Organisation.town", "accounts.User.first_name"),
    *("accounts.Claim.message", "associations.Association.purpose", "associations.Project.description"),
    *("companies.Company.presentation", "companies.Need.title"),
    *("partnerships.Introduction.note", "partnerships.Introduction.answer_note"),
    *("partnerships.Partnership.title", "infotheque.Document.title", "infotheque.Document.body"),
    *("infotheque.Tip.title", "infotheque.Collection.title", "mail.OutgoingMail.subject"),
    *("mail.AddressTrouble.detail", "agenda.FollowUp.what", "imports.ImportRun.name"),
    *("workflow.TransitionRecord.note", "infotheque.SearchGap.words"),
}
# What nobody types: who a row is, its place in a list, a word of the code, what a format or a key forbids.
UNWRITTEN = {
    "accounts.Organisation.name_key",
    "accounts.Merge.gone_name_key",
    "accounts.User.password",
}
OF_THE_CODE = {
    *("rule", "notification", "key", "verb", "source", "target", "slug", "code", "path", "digest", "turn"),
    *("score_version", "reads", "icon", "codename", "model", "app_label", "place", "session_key"),
}
FORMATTED = (models.EmailField, models.URLField, models.SlugField, models.FileField)


def written() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every text of our tables that is no choice: what somebody types or brings."""
    for model in apps.get_models():
        if model._meta.app_label in {"admin", "sessions", "contenttypes", "auth", "account"}:
            continue
        for each in model._meta.concrete_fields:
            is_text = isinstance(each, models.CharField | models.TextField) and not each.choices
            is_ours = each.name in OF_THE_CODE or f"{model._meta.label}.{each.name}" in UNWRITTEN
            if is_text and not (is_ours or each.unique or isinstance(each, FORMATTED)):
                yield model, each


def write_everywhere() -> set[str]:
    """In each row of each table; what a constraint refuses (a number, a postal code) is left as it is."""
    taken = set()
    for model, each in written():
        try:
            with transaction.atomic():
                changed = model._base_manager.update(**{each.name: HOSTILE[: each.max_length]})
        except (IntegrityError, DataError):
            continue
        if changed:
            taken.add(f"{model._meta.label}.{each.name}")
    return taken


@pytest.mark.parametrize("role", ["insider", "superuser"])
def test_no_page_runs_what_somebody_wrote(world: World, role: str):
    client = world.client(role)
    taken = write_everywhere()
    assert taken >= KNOWN, KNOWN - taken
    shown, live = 0, []
    for found in world.addresses():
        answer = client.get(found.path)
        # A table's or a calendar's file is saved, never drawn.
        saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        saved |= answer.headers.get("Content-Type", "").startswith("text/calendar")
        text = "" if answer.streaming or saved else answer.text
        shown += "&lt;script&gt;alert(1)" in text
        if any(each in text for each in LIVE) or any("<script" in value for value in answer.headers.values()):
            live.append(found.name)
    assert live == []
    assert shown > 20


@pytest.mark.django_db
def test_a_preview_keeps_no_code():
    moment = clock.now()
    OutgoingMailFactory(
        confidential=True, subject="482913 est votre code", status="sent", sent_at=moment, attempts=1
    )
    (line,) = lines_since(moment)
    assert "482913" not in str(line)


def test_nobody_is_named_in_the_logs(world: World, caplog, settings):
    """Whatever is refused or done with a form, logging in included, the log tells keys and places."""
    settings.ACCOUNT_RATE_LIMITS = False
    people = [person for person in world.people.values() if person is not None]
    # Longer than any word of the code: what is found in a line can only come from here.
    sent = dict.fromkeys(names_read(), "Motjamaisvu")
    sent |= {
        "email": "jamais.vue@exemple.test",
        "login": "jamais.vue@exemple.test",
        "password": "Motjamaisvu",
    }
    sent |= {
        "talked": "yes",
        "answer": "yes",
        "choice": "rewrite",
        "role": "contributor",
        "kind": "association",
    }
    told = {person.email for person in people} | {person.last_name for person in people}
    told |= {"Motjamaisvu", "jamais.vue"}
    with caplog.at_level(logging.INFO):
        for role in ("visitor", "insider", "staff"):
            for found in world.addresses():
                if not found.name.startswith("admin:"):
                    world.client(role).post(found.path, sent)
        logging.getLogger("accounts").info("Said by the test: Motjamaisvu")
    formatter = JsonFormatter()
    lines = [formatter.format(record) for record in caplog.records]
    named = [line for line in lines if any(word in line for word in told)]
    assert len(named) == 1, named
    assert "Said by the test" in named[0]
