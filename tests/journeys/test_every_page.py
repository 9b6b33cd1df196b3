"""Every page of the site, on the demo's network: axe clean, no sideways scroll, nothing in the console.

A page whose name is in neither PAGES nor NOT_A_PAGE fails the first test: it is looked at, or explained.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.urls import get_resolver, reverse
from playwright.sync_api import Error

from accounts.models import Claim, Invitation, Organisation, User
from accounts.operations import invite_member
from associations.models import Ask, Association, Project
from companies.models import Company, Need
from infotheque.models import Collection, Document, Path, Step
from matching.enums import DiagnosisCause
from matching.models import Diagnosis, Suggestion
from matching.operations import diagnose
from mecenova.agenda.models import FollowUp
from mecenova.agenda.slot_links import token_for
from mecenova.demo.loading import load
from mecenova.demo.logins import ASSOCIATION, COMPANY, STAFF
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import bring_file
from mecenova.imports.working import carry_out_waiting
from mecenova.mail.models import OutgoingMail
from mecenova.mail.unsubscribe import unsubscribe_url
from partnerships.models import Introduction, Partnership, RefusalStep
from tests.architecture.test_public_views import all_views
from tests.browser import DESK, NARROW, PHONE, assert_good, assert_no_sideways_scroll
from tests.security.test_cookies import FORMS

VISITOR = None
LONG_ADDRESS = f"nouvelle.benevole@{'cuisinesdufaubourg' * 3}.example"
Found = Callable[[], Any]


def mine(login: Any) -> Organisation:
    return Organisation.objects.get(memberships__user__email=login.email)


def own_project(**wanted: Any) -> Project:
    return Project.objects.filter(association__organisation=mine(ASSOCIATION), **wanted).earliest(
        "created_at"
    )


def own_need(**wanted: Any) -> Need:
    return Need.objects.filter(company__organisation=mine(COMPANY), **wanted).earliest("created_at")


def own_diagnosis() -> Diagnosis:
    """The demo has none unless time goes by: written when it is looked at."""
    project = own_project(status="published")
    known = Diagnosis.objects.filter(project=project).first()
    return known or diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")


def key(found: Found) -> Callable[[], list[Any]]:
    return lambda: [found().pk]


def a_pair() -> list[Any]:
    shown = Suggestion.objects.open().earliest("presented_at", "pk")
    return [shown.need_id, shown.association_id]


def to_check() -> Organisation:
    return Organisation.objects.to_check().filter(kind="association").earliest("created_at")


def two_alike() -> list[Any]:
    return [mine(ASSOCIATION).pk, to_check().pk]


def a_file() -> ImportRun:
    """Brought, tried, waiting for somebody to confirm."""
    content = b"nom;code_postal;objet\nLes Lampes du soir;75011;Eclairer\n;;\n"
    run = bring_file(
        kind="associations",
        file=BytesIO(content),
        name="liste.csv",
        size=len(content),
        as_checked=True,
        by=None,
    )
    carry_out_waiting()
    return run


def unsubscribe_token() -> str:
    reader = User.objects.get(email=ASSOCIATION.email)
    return unsubscribe_url(reader.pk, ["learning"]).split("/")[-2]


# name of the page: (who looks, arguments, query)
PAGES: dict[str, tuple[Any, Callable[[], list[Any]], str]] = {
    "pages:home": (VISITOR, list, ""),
    "pages:understand": (VISITOR, list, "?cause=precarite&departement=59&forme=financial"),
    "pages:observatory": (VISITOR, list, "?mesure=check&vue=territory&departement=59"),
    "pages:team_observatory": (STAFF, list, "?mesure=introduction&vue=kind"),
    "pages:dashboard": (ASSOCIATION, list, ""),
    "pages:control_tower": (STAFF, list, ""),
    "pages:preview": (STAFF, list, ""),
    "pages:basket": (STAFF, lambda: ["associations-a-verifier"], ""),
    "pages:hand_over": (
        STAFF,
        key(lambda: FollowUp.objects.all().owed_by_staff().earliest("deadline", "pk")),
        "",
    ),
    "pages:organisation": (STAFF, key(to_check), ""),
    "pages:organisation_mails": (STAFF, key(to_check), ""),
    "pages:mails": (STAFF, list, "?q=example"),
    "pages:claim": (STAFF, key(lambda: Claim.objects.waiting().earliest("created_at")), ""),
    "accounts:sign_up": (VISITOR, list, ""),
    "accounts:choose_kind": (ASSOCIATION, list, ""),
    "accounts:person": (ASSOCIATION, list, ""),
    "accounts:absences": (ASSOCIATION, list, ""),
    "accounts:organisation_absences": (STAFF, key(lambda: mine(ASSOCIATION)), ""),
    "accounts:person_absences": (STAFF, key(lambda: User.objects.get(email=ASSOCIATION.email)), ""),
    "agenda:delays": (STAFF, list, ""),
    "agenda:delay": (STAFF, lambda: ["partnerships.answer", 5], ""),
    "agenda:errors": (STAFF, list, ""),
    "agenda:silence": (STAFF, list, ""),
    "agenda:team_slots": (STAFF, list, ""),
    "agenda:slots": (
        ASSOCIATION,
        lambda: [token_for(organisation_id=mine(ASSOCIATION).pk, about=mine(ASSOCIATION))],
        "",
    ),
    "accounts:close_account": (ASSOCIATION, list, ""),
    "accounts:members": (ASSOCIATION, key(lambda: mine(ASSOCIATION)), ""),
    "accounts:claim": (ASSOCIATION, key(lambda: Organisation.objects.get(name__startswith="Relais par")), ""),
    "accounts:invitation": (
        VISITOR,
        lambda: [Invitation.objects.get().get_absolute_url().split("/")[-2]],
        "",
    ),
    "associations:register": (STAFF, list, ""),
    "associations:list": (VISITOR, list, ""),
    "associations:detail": (VISITOR, key(lambda: mine(ASSOCIATION).association), ""),
    "associations:edit": (ASSOCIATION, key(lambda: mine(ASSOCIATION).association), ""),
    "associations:project_create": (ASSOCIATION, list, ""),
    "associations:project_detail": (VISITOR, key(lambda: own_project(status="published")), ""),
    "associations:project_edit": (ASSOCIATION, key(own_project), ""),
    "associations:project_publish": (ASSOCIATION, key(lambda: own_project(status="draft")), ""),
    "associations:project_close": (ASSOCIATION, key(own_project), ""),
    "associations:project_pause": (ASSOCIATION, key(own_project), ""),
    "associations:ask_create": (ASSOCIATION, key(own_project), "?forme=skills"),
    "associations:ask_edit": (ASSOCIATION, key(lambda: Ask.objects.filter(project=own_project())[0]), ""),
    "associations:ask_delete": (ASSOCIATION, key(lambda: Ask.objects.filter(project=own_project())[0]), ""),
    "companies:register": (STAFF, list, ""),
    "companies:list": (VISITOR, list, ""),
    "companies:detail": (VISITOR, key(lambda: mine(COMPANY).company), ""),
    "companies:edit": (COMPANY, key(lambda: mine(COMPANY).company), ""),
    "companies:policy": (COMPANY, key(lambda: mine(COMPANY).company), ""),
    "companies:need_list": (VISITOR, list, ""),
    "companies:need_create": (COMPANY, list, "?forme=volunteering"),
    "companies:need_detail": (VISITOR, key(lambda: own_need(kind="skills")), ""),
    "companies:need_edit": (COMPANY, key(lambda: own_need(kind="co_construction")), ""),
    "companies:need_close": (COMPANY, key(own_need), ""),
    "matching:suggestions": (COMPANY, list, ""),
    "matching:suggestion": (
        COMPANY,
        key(lambda: Suggestion.objects.open().filter(company=mine(COMPANY).company)[0]),
        "",
    ),
    "matching:presentations": (ASSOCIATION, list, ""),
    "matching:suited_needs": (ASSOCIATION, list, ""),
    "matching:why_not_shown": (ASSOCIATION, list, ""),
    "matching:why_not_for": (ASSOCIATION, key(lambda: own_need(kind="skills")), ""),
    "matching:choose_pair": (STAFF, list, "?besoin=&association=inconnue"),
    "matching:closest": (STAFF, key(lambda: own_need(kind="skills")), ""),
    "matching:pair": (STAFF, a_pair, ""),
    "matching:diagnosis": (ASSOCIATION, key(own_diagnosis), ""),
    "partnerships:introductions": (ASSOCIATION, list, ""),
    "partnerships:introduction": (
        COMPANY,
        key(lambda: Introduction.objects.waiting().get(company__organisation=mine(COMPANY))),
        "",
    ),
    "partnerships:partnership": (STAFF, key(lambda: Partnership.objects.active()[0]), ""),
    "partnerships:refusal_steps": (STAFF, list, ""),
    "partnerships:refusal_step": (STAFF, key(lambda: RefusalStep.objects.earliest("position")), ""),
    "accounts:duplicates": (STAFF, list, ""),
    "accounts:merges": (STAFF, list, ""),
    "accounts:comparison": (STAFF, two_alike, ""),
    "imports:list": (STAFF, list, ""),
    "imports:run": (STAFF, key(a_file), ""),
    **{f"pages:{name}": (VISITOR, list, "") for name in ("contact", "legal", "privacy", "accessibility")},
    "infotheque:list": (VISITOR, list, ""),
    "infotheque:document": (VISITOR, key(lambda: Document.objects.published()[0]), ""),
    "infotheque:front_page": (VISITOR, list, ""),
    "infotheque:collection": (VISITOR, key(lambda: Collection.objects.published()[0]), ""),
    "infotheque:tip_create": (VISITOR, list, ""),
    "infotheque:curation": (STAFF, list, ""),
    "infotheque:create": (STAFF, list, ""),
    "infotheque:settings": (STAFF, list, ""),
    "infotheque:tips": (STAFF, list, ""),
    "infotheque:gaps": (STAFF, list, ""),
    "infotheque:uses": (STAFF, list, ""),
    "infotheque:collections": (STAFF, list, ""),
    "infotheque:collection_edit": (STAFF, key(lambda: Collection.objects.published()[0]), ""),
    "infotheque:courses": (STAFF, list, ""),
    "infotheque:course_edit": (STAFF, key(lambda: Path.objects.earliest("position")), ""),
    "infotheque:lesson_edit": (STAFF, key(lambda: Step.objects.earliest("path", "position")), ""),
    "infotheque:deposits": (STAFF, list, ""),
    "infotheque:path_list": (VISITOR, list, ""),
    "infotheque:path": (ASSOCIATION, lambda: ["preparer-un-partenariat"], ""),
    "infotheque:step": (ASSOCIATION, lambda: ["preparer-un-partenariat", "ou-en-sommes-nous"], ""),
    "infotheque:prescriptions": (STAFF, list, ""),
    "infotheque:prescription": (STAFF, list, "?lieu=gap:associations.causes"),
    "pages:readings": (STAFF, list, ""),
    "infotheque:edit": (STAFF, key(lambda: Document.objects.published()[0]), ""),
    "infotheque:version_form": (STAFF, key(lambda: Document.objects.published()[0]), ""),
    "mail:mailbox": (COMPANY, list, ""),
    "mail:message": (COMPANY, key(lambda: OutgoingMail.objects.filter(address=COMPANY.email)[0]), ""),
    "mail:preferences": (COMPANY, list, ""),
    "mail:failed": (STAFF, list, ""),
    "mail:unsubscribe": (VISITOR, lambda: [unsubscribe_token()], ""),
    "demo:mailbox": (VISITOR, list, ""),
    "account_login": (VISITOR, list, ""),
    "account_logout": (ASSOCIATION, list, ""),
    "account_reset_password": (VISITOR, list, ""),
    "account_reset_password_done": (VISITOR, list, ""),
    "account_change_password": (ASSOCIATION, list, ""),
    "account_email": (ASSOCIATION, list, ""),
    "mfa_index": (ASSOCIATION, list, ""),
}
# The same pages seen by others, and the other faces of a page.
MORE = [
    ("pages:dashboard", COMPANY, list, ""),
    (
        "associations:detail",
        VISITOR,
        key(lambda: Association.objects.get(stance="expert_only", size="small")),
        "",
    ),
    ("associations:detail", STAFF, key(lambda: to_check().association), ""),
    ("associations:list", VISITOR, list, "?q=cuisine"),
    ("companies:detail", COMPANY, key(lambda: mine(COMPANY).company), ""),
    ("companies:detail", VISITOR, key(lambda: Company.objects.get(policy__monthly_capacity=0)), ""),
    ("companies:need_list", VISITOR, list, "?kind=skills"),
    (
        "companies:need_detail",
        ASSOCIATION,
        key(lambda: Need.objects.current().get(title__startswith="Fins")),
        "",
    ),
    ("partnerships:introductions", COMPANY, list, ""),
    (
        "partnerships:introduction",
        ASSOCIATION,
        key(lambda: Introduction.objects.filter(status="no", association__organisation=mine(ASSOCIATION))[0]),
        "",
    ),
    ("partnerships:introduction_create", ASSOCIATION, list, "besoin"),
    *[
        ("pages:basket", STAFF, lambda slug=slug: [slug], "")
        for slug in ("revendications", "en-attente", "liberees", "associations-sans-presentation")
    ],
]
# Only forms are sent there, or they need a state that their own tests make.
NOT_A_PAGE = {
    *("accounts:tell_apart", "accounts:merge", "imports:upload", "imports:confirm", "imports:cancel"),
    *("imports:resume", "imports:source", "imports:rejects", "imports:report", "imports:blank_file"),
    *("accounts:forget_absence", "agenda:ask_for_slot", "agenda:cancel_booking", "agenda:hold_slot"),
    "agenda:miss_slot",
    *("agenda:retry", "agenda:slot", "agenda:slot_calendar"),
    *("pages:robots", "pages:sitemap_index", "pages:sitemap", "pages:favicon", "pages:service"),
    *("pages:observatory_file", "pages:team_observatory_file", "infotheque:use_file"),
    *("pages:basket_act", "pages:take_on", "pages:take_back", "pages:preview_ask"),
    *("pages:organisation_check", "pages:organisation_ask_for_changes", "pages:claim_decide"),
    *("accounts:single_way", "accounts:code", "accounts:change_role", "accounts:remove_member"),
    *(
        "accounts:leave",
        "accounts:withdraw",
        "accounts:erase",
        "accounts:export",
        "accounts:withdraw_invitation",
        "associations:note_call",
        "associations:edit_section",
    ),
    *("companies:call", "companies:need_publish", "matching:suggestion_interest"),
    *("matching:diagnosis_choose", "matching:diagnosis_call", "associations:project_resume"),
    *("matching:suggestion_decline", "matching:suggestion_seen", "partnerships:introduction_create"),
    *("partnerships:introduction_answer", "partnerships:introduction_seen"),
    "partnerships:introduction_withdraw",
    *("partnerships:partnership_abandon", "infotheque:file", "infotheque:picture", "mail:one_click"),
    *("infotheque:feed", "infotheque:gap", "infotheque:gap_settle"),
    *("infotheque:opened", "infotheque:useful", "infotheque:advance", "infotheque:comment"),
    *("infotheque:feature", "infotheque:replace_link", "infotheque:shelve", "infotheque:version_create"),
    *("infotheque:collection_show", "infotheque:collection_arrange", "infotheque:tip_decide"),
    "infotheque:lesson_move",
    *("infotheque:deposit_create", "infotheque:deposit"),
    *("infotheque:read", "infotheque:step_answer", "infotheque:step_take_up"),
    *(f"partnerships:partnership_{act}" for act in ("talk", "settle", "agree", "renew", "end", "reflect")),
    *("partnerships:partnership_correct", "partnerships:partnership_contest"),
    "partnerships:partnership_settle_signature",
    *("mail:retry", "mail:mend_address", "mail:mend_own_address", "mail:provider_news"),
    *(f"partnerships:partnership_{act}" for act in ("talk", "settle", "agree", "renew", "end", "reflect")),
    *("account_inactive", "account_signup", "account_reauthenticate", "account_email_verification_sent"),
    *("account_set_password", "account_confirm_login_code", "account_reset_password_from_key"),
    "account_reset_password_from_key_done",
    # Looked at by whoever sets a second step up (tests/accounts/test_in_browser.py).
    *("mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
}


def test_every_page_is_looked_at_or_explained():
    names = {name for name, _ in all_views(get_resolver()) if not name.startswith("admin:")}
    assert names - PAGES.keys() - NOT_A_PAGE == set()
    assert PAGES.keys() - names == set()


def address_of(name: str, arguments: Callable[[], list[Any]], query: str) -> str:
    if query == "besoin":
        need = Need.objects.current().get(title__startswith="Cent vingt ordinateurs")
        query = f"?besoin={need.pk}"
    return reverse(name, args=arguments()) + query


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_is_good_on_a_phone_and_on_a_desk(new_page, enter):
    load()
    reader = User.objects.get(email=ASSOCIATION.email)
    EmailAddress.objects.create(user=reader, email=LONG_ADDRESS)
    invite_member(
        organisation=mine(ASSOCIATION),
        email=LONG_ADDRESS,
        role="contributor",
        by=reader,
    )
    pages = {}
    for login in (VISITOR, ASSOCIATION, COMPANY, STAFF):
        pages[login] = new_page(PHONE)
        if login:
            enter(pages[login], User.objects.get(email=login.email))
    found: list[str] = []
    visits = [(name, *rest) for name, rest in PAGES.items()]
    for name, login, arguments, query in [*visits, *MORE]:
        page, address = pages[login], address_of(name, arguments, query)
        page.set_viewport_size(PHONE)
        if login is VISITOR:
            page.context.clear_cookies()
        try:
            answer = page.goto(address)
        except Error as problem:
            found.append(f"{name} {address}: {str(problem)[:200]}")
            continue
        if answer is None or answer.status != 200 or page.get_by_role("heading", level=1).count() != 1:
            found.append(f"{name} {address}: {answer.status if answer else answer}, now at {page.url}")
            continue
        if login is VISITOR and name not in FORMS and page.context.cookies():
            found.append(f"{name} {address}: gives a visitor a cookie")
        for viewport in (PHONE, DESK):
            page.set_viewport_size(viewport)
            try:
                assert_good(page)
            except AssertionError as problem:
                found.append(f"{name} at {viewport['width']}: {str(problem)[:600]}")
        page.set_viewport_size(NARROW)
        try:
            assert_no_sideways_scroll(page)
        except AssertionError as problem:
            found.append(f"{name} at {NARROW['width']}: {problem}")
    assert found == []
