"""Every page, opened by everybody: what opening may do, and what every answer carries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.architecture.test_public_views import PUBLIC
from tests.security.world import World

# Anywhere in a statement: the house's own SQL often begins WITH. A lock writes nothing, a string neither.
WRITES = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+(?:ONLY\s+)?[\w\".]+\s+(?:AS\s+\w+\s+|\w+\s+)?SET\b|DELETE\s+FROM|COPY\s|TRUNCATE\b"
    r"|MERGE\s+INTO|(?:CREATE|ALTER|DROP)\s)",
    re.IGNORECASE,
)
STRING = re.compile(r"'(?:[^']|'')*'")
# Opening a page may write the visitor's own session, nothing else.
OWN = re.compile(r'(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"django_session"', re.IGNORECASE)
ACTS = {
    "accounts:forget_absence",
    "agenda:ask_for_slot",
    "agenda:cancel_booking",
    "agenda:hold_slot",
    "agenda:miss_slot",
    "agenda:retry",
    "accounts:change_role",
    "accounts:erase",
    "accounts:export",
    "accounts:leave",
    "accounts:merge",
    "accounts:remove_member",
    "accounts:tell_apart",
    "accounts:withdraw",
    "accounts:withdraw_invitation",
    "associations:note_call",
    "associations:project_resume",
    "companies:call",
    "imports:cancel",
    "imports:confirm",
    "imports:resume",
    "imports:upload",
    "infotheque:advance",
    "infotheque:collection_arrange",
    "infotheque:collection_show",
    "infotheque:comment",
    "infotheque:deposit_create",
    "infotheque:feature",
    "infotheque:gap_settle",
    "infotheque:lesson_move",
    "infotheque:opened",
    "infotheque:replace_link",
    "infotheque:shelve",
    "infotheque:tip_decide",
    "infotheque:useful",
    "infotheque:version_create",
    "mail:mend_address",
    "mail:mend_own_address",
    "mail:retry",
    "matching:diagnosis_call",
    "matching:diagnosis_choose",
    "matching:suggestion_decline",
    "matching:suggestion_interest",
    "matching:suggestion_seen",
    "pages:basket_act",
    "pages:claim_decide",
    "pages:organisation_ask_for_changes",
    "infotheque:read",
    "infotheque:step_answer",
    "infotheque:step_take_up",
    "pages:organisation_check",
    "pages:preview_ask",
    "pages:take_back",
    "pages:take_on",
    "partnerships:introduction_answer",
    "partnerships:introduction_seen",
    "partnerships:introduction_withdraw",
    "partnerships:partnership_abandon",
    "partnerships:partnership_agree",
    "partnerships:partnership_contest",
    "partnerships:partnership_correct",
    "partnerships:partnership_end",
    "partnerships:partnership_reflect",
    "partnerships:partnership_renew",
    "partnerships:partnership_settle",
    "partnerships:partnership_settle_signature",
    "partnerships:partnership_talk",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that write anything but a session."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [query["sql"][:200] for query in queries if does_write(query["sql"])]


def does_write(sql: str) -> bool:
    """Whether a statement writes anything but the visitor's session."""
    told = OWN.sub("", STRING.sub("''", sql))
    return WRITES.search(told) is not None


@pytest.mark.parametrize(
    "sql",
    [
        """INSERT INTO "mail_outgoingmail" ("id") VALUES (1)""",
        """WITH gone AS (DELETE FROM matching_pair WHERE true RETURNING id) SELECT count(*) FROM gone""",
        """WITH put AS (INSERT INTO matching_pair SELECT 1) SELECT 1""",
        """UPDATE "accounts_user" SET "last_name" = 'django_session'""",
        """UPDATE ONLY matching_pair SET score = 0""",
        """update matching_pair as pair set score = 0""",
        """WITH new AS (SELECT 1) UPDATE matching_pair p SET score = 0 FROM new""",
        """COPY matching_pair (id) FROM STDIN""",
        """TRUNCATE matching_pair""",
        """CREATE TEMPORARY TABLE known AS SELECT 1""",
        "DELETE FROM django_session; DELETE FROM accounts_user",
    ],
)
def test_whatever_writes_is_seen(sql: str):
    assert does_write(sql)


@pytest.mark.parametrize(
    "sql",
    [
        """SELECT 1 FROM accounts_user WHERE first_name = 'INSERT INTO x; it''s DELETE FROM y'""",
        """SELECT 1 FROM accounts_user FOR UPDATE""",
        """SELECT 1 FROM accounts_user FOR NO KEY UPDATE OF accounts_user""",
        """SELECT 1 FROM accounts_user FOR NO KEY UPDATE SKIP LOCKED""",
        """UPDATE "django_session" SET "session_data" = 'x'""",
        """SAVEPOINT a""",
    ],
)
def test_what_only_reads_is_left_alone(sql: str):
    assert not does_write(sql)


@pytest.mark.parametrize("role", ["visitor", "insider", "superuser"])
def test_opening_a_page_changes_nothing(world: World, role: str):
    client = world.client(role)
    changed, unsafe, acting, broken = {}, {}, {}, {}
    for found in world.addresses():
        with writes() as written:
            response = client.get(found.path)
        if written:
            changed[found.name] = written
        if response.status_code >= 500:
            broken[found.name] = response.status_code
        if missing := [name for name, value in HEADERS.items() if response.headers.get(name) != value]:
            unsafe[found.name] = missing
        policy = response.headers.get("Content-Security-Policy", "")
        if "frame-ancestors 'none'" not in policy or "unsafe" in policy:
            unsafe[found.name] = [policy]
        if "Permissions-Policy" not in response.headers or "Referrer-Policy" not in response.headers:
            unsafe[found.name] = ["Permissions-Policy or Referrer-Policy"]
        if found.name in ACTS and response.status_code not in {302, 405}:
            acting[found.name] = response.status_code
    assert changed == {}
    assert broken == {}
    assert unsafe == {}
    assert acting == {}


def test_an_address_that_takes_forms_leads_a_person_to_a_page(world: World):
    """Every one of them: an empty answer tells nobody what to do."""
    client, browser = world.client("superuser"), {"Accept": "text/html,*/*;q=0.8"}
    for name in ACTS:
        path = world.address(name).path
        response = client.get(path, headers=browser)
        assert response.status_code == 302, path
        above, _, query = response.url.partition("?")
        assert path.startswith(above), path
        assert bool(query) is ("?" in path), "the query of a list comes back to it"
        assert client.head(path, headers=browser).status_code in {302, 405}, path


# Who opens what is not for everybody. The pages of the person signed in (my mails, my name...) are left out.
TEAM = {"staff", "superuser"}
ASSOCIATION = {"manager", "contributor", "insider"}
COMPANY = {"company", "insider"}
# Those who run a side; a contributor writes and speaks for it, and signs nothing.
PARTIES = {"manager", "company", "insider"}
ALLOWED = {
    "accounts:comparison": TEAM,
    "accounts:duplicates": TEAM,
    "accounts:merge": TEAM,
    "accounts:merges": TEAM,
    "accounts:tell_apart": TEAM,
    "imports:blank_file": TEAM,
    "imports:cancel": TEAM,
    "imports:confirm": TEAM,
    "imports:list": TEAM,
    "imports:rejects": TEAM,
    "imports:report": TEAM,
    "imports:resume": TEAM,
    "imports:run": TEAM,
    "imports:source": TEAM,
    "imports:upload": TEAM,
    "mail:failed": TEAM,
    "mail:mend_address": TEAM,
    "mail:retry": TEAM,
    "matching:diagnosis": ASSOCIATION | TEAM,
    "matching:diagnosis_call": TEAM,
    "matching:diagnosis_choose": ASSOCIATION | TEAM,
    "accounts:forget_absence": {"manager"} | TEAM,
    "accounts:organisation_absences": {"manager", "insider"} | TEAM,
    "accounts:person_absences": {"manager"} | TEAM,
    "agenda:ask_for_slot": ASSOCIATION | TEAM,
    "agenda:cancel_booking": ASSOCIATION | TEAM,
    "agenda:delay": TEAM,
    "agenda:delays": TEAM,
    "agenda:errors": TEAM,
    "agenda:hold_slot": TEAM,
    "agenda:miss_slot": ASSOCIATION | TEAM,
    "agenda:retry": TEAM,
    "agenda:silence": TEAM,
    "agenda:slot": ASSOCIATION | TEAM,
    "agenda:slot_calendar": ASSOCIATION | TEAM,
    "agenda:slots": ASSOCIATION | TEAM,
    "agenda:team_slots": TEAM,
    "accounts:members": ASSOCIATION | TEAM,
    "accounts:leave": ASSOCIATION,
    "accounts:withdraw": {"manager", "insider"} | TEAM,
    "accounts:erase": TEAM,
    "accounts:change_role": {"manager", "insider"} | TEAM,
    "accounts:remove_member": {"manager", "insider"} | TEAM,
    "accounts:withdraw_invitation": {"manager", "insider"} | TEAM,
    "associations:detail": ASSOCIATION | TEAM,
    "associations:edit": ASSOCIATION | TEAM,
    "associations:edit_section": ASSOCIATION | TEAM,
    "associations:note_call": TEAM,
    "associations:project_create": ASSOCIATION,
    "associations:project_detail": ASSOCIATION | TEAM,
    "associations:project_edit": ASSOCIATION | TEAM,
    "associations:project_publish": ASSOCIATION,
    "associations:project_close": ASSOCIATION | TEAM,
    "associations:project_pause": ASSOCIATION | TEAM,
    "associations:project_resume": ASSOCIATION | TEAM,
    "associations:ask_create": ASSOCIATION | TEAM,
    "associations:ask_edit": ASSOCIATION | TEAM,
    "associations:ask_delete": ASSOCIATION | TEAM,
    "companies:edit": COMPANY | TEAM,
    "companies:policy": COMPANY | TEAM,
    "companies:call": TEAM,
    "companies:need_create": COMPANY,
    "companies:need_detail": COMPANY | TEAM,
    "companies:need_edit": COMPANY | TEAM,
    "companies:need_publish": COMPANY,
    "companies:need_close": COMPANY | TEAM,
    **dict.fromkeys(
        [
            "infotheque:advance",
            "infotheque:collection",
            "infotheque:collection_arrange",
            "infotheque:collection_edit",
            "infotheque:collection_show",
            "infotheque:collections",
            "infotheque:comment",
            "infotheque:course_edit",
            "infotheque:courses",
            "infotheque:create",
            "infotheque:curation",
            "infotheque:deposit",
            "infotheque:deposit_create",
            "infotheque:deposits",
            "infotheque:document",
            "infotheque:edit",
            "infotheque:feature",
            "infotheque:file",
            "infotheque:gap_settle",
            "infotheque:gaps",
            "infotheque:lesson_edit",
            "infotheque:lesson_move",
            "infotheque:opened",
            "infotheque:picture",
            "infotheque:replace_link",
            "infotheque:settings",
            "infotheque:shelve",
            "infotheque:tip_decide",
            "infotheque:tips",
            "infotheque:use_file",
            "infotheque:useful",
            "infotheque:uses",
            "infotheque:version_create",
            "infotheque:version_form",
        ],
        TEAM,
    ),
    "infotheque:prescription": TEAM,
    "infotheque:prescriptions": TEAM,
    "infotheque:read": ASSOCIATION,
    "mail:message": {"manager"} | TEAM,
    "matching:choose_pair": TEAM,
    "matching:closest": TEAM,
    "matching:pair": TEAM,
    "matching:suggestion": COMPANY | TEAM,
    "matching:suggestion_interest": COMPANY,
    "matching:suggestion_decline": COMPANY,
    "matching:suggestion_seen": COMPANY | TEAM,
    "pages:control_tower": TEAM,
    "partnerships:refusal_steps": TEAM,
    "partnerships:refusal_step": TEAM,
    "pages:basket": TEAM,
    "pages:basket_act": TEAM,
    "pages:mails": TEAM,
    "pages:preview": TEAM,
    "pages:readings": TEAM,
    "pages:preview_ask": TEAM,
    "pages:hand_over": TEAM,
    "pages:take_back": TEAM,
    "pages:take_on": TEAM,
    "pages:team_observatory": TEAM,
    "pages:team_observatory_file": TEAM,
    "pages:organisation": TEAM,
    "pages:organisation_mails": TEAM,
    "pages:organisation_check": TEAM,
    "pages:organisation_ask_for_changes": TEAM,
    "pages:claim": TEAM,
    "pages:claim_decide": TEAM,
    "partnerships:introduction": ASSOCIATION | COMPANY | TEAM,
    "partnerships:introduction_answer": COMPANY,
    "partnerships:introduction_seen": ASSOCIATION | COMPANY | TEAM,
    "partnerships:introduction_withdraw": ASSOCIATION,
    "partnerships:partnership": ASSOCIATION | COMPANY | TEAM,
    "partnerships:partnership_abandon": ASSOCIATION | COMPANY,
    "partnerships:partnership_agree": PARTIES,
    "partnerships:partnership_contest": PARTIES,
    "partnerships:partnership_correct": PARTIES,
    "partnerships:partnership_end": PARTIES,
    "partnerships:partnership_reflect": ASSOCIATION | COMPANY,
    "partnerships:partnership_renew": PARTIES,
    "partnerships:partnership_settle": TEAM,
    "partnerships:partnership_settle_signature": TEAM,
    "partnerships:partnership_talk": ASSOCIATION | COMPANY,
}
# Nothing to bring home yet: a file without a picture, an import that no worker has read.
EMPTY = {"infotheque:picture", "imports:rejects", "imports:report"}
# Pages about the reader, and pages that anybody signed in may use.
OWN_PAGES = {
    "accounts:absences",
    "accounts:choose_kind",
    "accounts:claim",
    "accounts:close_account",
    "accounts:export",
    "accounts:person",
    "associations:register",
    "companies:register",
    # For whoever works through a path in the name of their own association.
    "infotheque:step_answer",
    "infotheque:step_take_up",
    "mail:mailbox",
    "mail:mend_own_address",
    "mail:preferences",
    "matching:presentations",
    "matching:suggestions",
    "matching:suited_needs",
    "matching:why_not_for",
    "matching:why_not_shown",
    "pages:dashboard",
    "partnerships:introduction_create",
    "partnerships:introductions",
}
ROLES = ["visitor", "stranger", "neighbour", "rival"]
ROLES += ["contributor", "manager", "company", "staff", "superuser"]


def test_every_page_says_who_may_open_it(world: World):
    known = ALLOWED.keys() | OWN_PAGES | PUBLIC
    ours = {found.name for found in world.addresses() if ":" in found.name and found.name[:6] != "admin:"}
    assert ours - known == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_ones_own_does_not_exist(world: World, role: str):
    """404 to whoever is signed in, the way in to a visitor; nothing is written, whatever is sent."""
    client = world.client(role)
    wrong = {}
    for name, allowed in ALLOWED.items():
        found = world.address(name)
        if role in allowed:
            if name not in ACTS | EMPTY and client.get(found.path).status_code != 200:
                wrong[f"get {name}"] = "refused"
            continue
        for method in ("get", "post"):
            with writes() as written:
                status = getattr(client, method)(found.path, {}).status_code
            refused = {302, 404} if role == "visitor" else {404}
            if status not in refused | {405} or written:
                wrong[f"{method} {name}"] = (status, written)
    assert wrong == {}
