"""Names, notes and reasons come from strangers: every page shows them as text, no header carries them."""

import logging

import pytest

from accounts.models import Organisation, User
from associations.models import Project
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.imports.models import ImportRun
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.rehearsal.lines import lines_since
from mecenova.workflow.models import TransitionRecord
from partnerships.models import Introduction, Reflection
from tests.mail.factories import OutgoingMailFactory
from tests.security.world import World

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>\u202e=cmd|x"
LIVE = ("<script>alert(1)", "<img src=x")
WRITTEN = {
    Organisation: ("name", "town"),
    User: ("first_name", "last_name"),
    Project: ("title",),
    Introduction: ("note",),
    Reflection: ("text",),
    OutgoingMail: ("subject", "text"),
    AddressTrouble: ("detail",),
    FollowUp: ("what", "last_error"),
    TransitionRecord: ("note",),
    ImportRun: ("name",),
}


@pytest.mark.parametrize("role", ["insider", "superuser"])
def test_no_page_runs_what_somebody_wrote(world: World, role: str):
    for model, names in WRITTEN.items():
        for name in names:
            length = model._meta.get_field(name).max_length
            model._default_manager.update(**{name: HOSTILE[:length]})
    client = world.client(role)
    shown, live = 0, []
    for found in world.addresses():
        answer = client.get(found.path)
        # A calendar's file is saved, never drawn.
        saved = answer.headers.get("Content-Type", "").startswith("text/calendar")
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
    """Whatever is refused or done with a form, the log tells keys and places in the code."""
    settings.ACCOUNT_RATE_LIMITS = False
    people = [person for person in world.people.values() if person is not None]
    told = {person.email for person in people} | {person.last_name for person in people}
    sent = {"talked": "yes", "answer": "yes", "choice": "rewrite", "note": "Bonjour", "text": "Bonjour"}
    with caplog.at_level(logging.INFO):
        for role in ("visitor", "insider", "staff"):
            for found in world.addresses():
                if not found.name.startswith(("admin:", "account_")):
                    world.client(role).post(found.path, sent)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("django")]
    assert [line for line in ours if any(word in line for word in told)] == []
