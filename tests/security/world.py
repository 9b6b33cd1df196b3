"""One small network with a row of everything, the people who look at it, and every address of the site."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import OrganisationStatus, Role
from accounts.followups import StaffCheck
from accounts.models import User
from infotheque.operations import add_to_collection, bring_files, create_collection, give_tip, note_gap
from mecenova.agenda.followups import HoldSlot
from mecenova.agenda.models import Absence, Slot
from mecenova.agenda.operations import start
from mecenova.agenda.slot_links import token_for
from mecenova.calendar import clock
from mecenova.imports.operations import bring_file
from mecenova.mail.enums import TroubleKind
from mecenova.mail.links import link_for
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.unsubscribe import unsubscribe_url
from partnerships.answering import give_answer
from partnerships.links import AnswerLink
from partnerships.models import Introduction, RefusalStep
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import DocumentFactory, DocumentFileFactory, StepFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import DiagnosisFactory, SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

ADMIN_PAGES = ("changelist", "add", "change", "history", "delete")


@dataclass(frozen=True)
class Address:
    """One page: the name of its route, and where it is."""

    name: str
    path: str


@dataclass(frozen=True)
class World:
    """`people` by role (None is a visitor); `keys` holds what each route needs in its address."""

    people: dict[str, User | None]
    keys: dict[str, dict[str, Any]]
    # What the address alone does not say: for which need one asks.
    queries: dict[str, str]

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        person = self.people[role]
        if person is not None:
            client.force_login(person)
        return client

    def address(self, name: str) -> Address:
        return Address(name, reverse(name, kwargs=self.keys.get(name, {})) + self.queries.get(name, ""))

    def addresses(self) -> Iterator[Address]:
        """Every route of the site, the admin's included."""
        for name in route_names():
            yield self.address(name)
        yield from admin_addresses(self.people["staff"])


@cache
def route_names() -> tuple[str, ...]:
    """Sorted, without the admin, whose routes are made from its models."""
    return tuple(sorted(name for name in _names(get_resolver()) if not name.startswith("admin:")))


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield f"{namespace}{each.name}"
        else:
            yield from _names(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)


def admin_addresses(staff: User | None) -> Iterator[Address]:
    for name in ("index", "login", "password_change", "jsi18n", "autocomplete"):
        yield Address(f"admin:{name}", reverse(f"admin:{name}"))
    for model in apps.get_models():
        if not admin.site.is_registered(model):
            continue
        found = model._default_manager.first()
        for page in ADMIN_PAGES:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            if page in {"changelist", "add"}:
                yield Address(name, reverse(name))
            elif found is not None:
                yield Address(name, reverse(name, args=[found.pk]))


def build() -> World:
    """An association and a company in touch, one of each that is still to check, and their neighbours."""
    people: dict[str, User | None] = {
        "visitor": None,
        "stranger": UserFactory(),
        "neighbour": UserFactory(),
        "rival": UserFactory(),
        "contributor": UserFactory(),
        "manager": UserFactory(),
        "company": UserFactory(),
        # Of both sides: opens every page that somebody of an organisation may open.
        "insider": UserFactory(),
        "staff": StaffFactory(),
        "superuser": StaffFactory(is_superuser=True),
    }
    AssociationFactory(complete=True, members=[people["neighbour"]])
    CompanyFactory(members=[people["rival"]])
    own = _association(people)
    company = CompanyFactory(members=[people["company"], people["insider"]])
    keys = {**_own_keys(own, people), **_shared_keys(own, company, people), **_agenda_keys(own, people)}
    return World(people, keys, _queries(own, company, keys))


def _association(people: dict[str, User | None]) -> Any:
    own = AssociationFactory(complete=True, members=[people["manager"], people["insider"]])
    MembershipFactory(organisation=own.organisation, user=people["contributor"], role=Role.CONTRIBUTOR)
    return own


def _own_keys(own: Any, people: dict[str, User | None]) -> dict[str, dict[str, Any]]:
    """What belongs to the association alone."""
    organisation = own.organisation
    team = [people["manager"], people["contributor"], people["insider"]]
    hidden = AssociationFactory(complete=True, members=team, organisation__status=OrganisationStatus.TO_CHECK)
    project = ProjectFactory(association=own)
    ask = AskFactory(project=project)
    invitation = InvitationFactory(organisation=organisation, invited_by=people["manager"])
    claim = ClaimFactory(user=UserFactory())
    membership = MembershipFactory(organisation=organisation)
    by_organisation = ("accounts:members", "accounts:leave", "accounts:withdraw", "accounts:erase")
    by_association = ("associations:edit", "associations:note_call")
    by_project = (
        "project_detail",
        "project_edit",
        "project_publish",
        "project_close",
        "project_pause",
        "project_resume",
        "ask_create",
    )
    team_pages = ("organisation", "organisation_mails", "organisation_check", "organisation_ask_for_changes")
    return {
        **{name: {"pk": organisation.pk} for name in by_organisation},
        **{name: {"pk": own.pk} for name in by_association},
        **{f"associations:{name}": {"pk": project.pk} for name in by_project},
        **{f"pages:{name}": {"pk": hidden.organisation.pk} for name in team_pages},
        "associations:detail": {"pk": hidden.pk},
        "associations:edit_section": {"pk": own.pk, "section": "mission"},
        "associations:ask_edit": {"pk": ask.pk},
        "associations:ask_delete": {"pk": ask.pk},
        "accounts:claim": {"pk": claim.organisation.pk},
        "accounts:change_role": {"pk": membership.pk},
        "accounts:remove_member": {"pk": membership.pk},
        "accounts:withdraw_invitation": {"pk": invitation.pk},
        "accounts:invitation": {"token": invitation.get_absolute_url().split("/")[2]},
        "pages:claim": {"pk": claim.pk},
        "pages:observatory_file": {"slug": "promesses"},
        "pages:team_observatory_file": {"slug": "promesses"},
        "pages:claim_decide": {"pk": claim.pk},
        "pages:sitemap": {"section": "associations"},
        "pages:basket": {"slug": "associations-a-verifier"},
        "pages:basket_act": {"slug": "associations-a-verifier", "pk": hidden.organisation.pk},
        "pages:take_on": {"pk": start(StaffCheck, hidden.organisation).pk},
        "pages:hand_over": {"pk": start(StaffCheck, hidden.organisation).pk},
        **_of_the_team(people["staff"]),
        **_learning(),
        **_of_the_library(people["staff"]),
        "mail:message": {"pk": _mail(people["manager"]).pk},
        "mail:retry": {"pk": _mail(people["manager"]).pk},
        "mail:mend_address": {"pk": _trouble(UserFactory()).pk},
        "mail:unsubscribe": {"token": unsubscribe_url(people["manager"].pk, ["learning"]).split("/")[-2]},
        "mail:provider_news": {"provider": "brevo"},
        "account_confirm_email": {"key": "a-key"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "a-key"},
    }


def _learning() -> dict[str, dict[str, Any]]:
    """A path for associations, of one step, with the document that everybody reads."""
    step = StepFactory(document=DocumentFactory(published=True))
    of_step = {"slug": step.path.slug, "key": step.key}
    return {
        "infotheque:path": {"slug": step.path.slug},
        "infotheque:read": {"pk": step.document.pk},
        **{f"infotheque:{name}": of_step for name in ("step", "step_answer", "step_take_up")},
        "infotheque:course_edit": {"pk": step.path_id},
        **{f"infotheque:{name}": {"pk": step.pk} for name in ("lesson_edit", "lesson_move")},
    }


def _of_the_library(staff: User | None) -> dict[str, dict[str, Any]]:
    """A draft with its file, a collection in preparation, a tip and a file on its way in: the team's own."""
    file = DocumentFileFactory()
    document = file.version.document
    collection = create_collection(by=None, title="Pour commencer")
    add_to_collection(collection=collection, document=document, by=None)
    deposit = bring_files(files=[SimpleUploadedFile("guide.pdf", b"%PDF-1.7")], by=staff or StaffFactory())
    of_document = ("document", "opened", "useful", "edit", "advance", "comment", "feature", "replace_link")
    of_document += ("shelve", "version_form", "version_create")
    return {
        **{f"infotheque:{name}": {"pk": document.pk} for name in of_document},
        **{f"infotheque:{name}": {"pk": file.pk} for name in ("file", "picture")},
        **{
            f"infotheque:{name}": {"pk": collection.pk}
            for name in ("collection", "collection_edit", "collection_show")
        },
        "infotheque:collection_arrange": {"pk": collection.pk, "document": document.pk},
        "infotheque:tip_decide": {"pk": give_tip(title="Un guide").pk},
        "infotheque:gap_settle": {"pk": note_gap(words="Bail solidaire").pk},
        "infotheque:deposit": {"pk": deposit.pk},
    }


def _of_the_team(staff: User | None) -> dict[str, dict[str, Any]]:
    """A file brought by the team, and two records that look alike."""
    run = bring_file(
        kind="associations",
        file=BytesIO(b"nom\nLes Lampes\n"),
        name="liste.csv",
        size=15,
        as_checked=False,
        by=staff,
    )
    by_run = ("run", "confirm", "cancel", "resume", "source", "rejects", "report")
    pair = {"kept": OrganisationFactory().pk, "gone": OrganisationFactory().pk}
    return {
        **{f"imports:{name}": {"pk": run.pk} for name in by_run},
        "imports:blank_file": {"slug": "associations"},
        **{f"accounts:{name}": pair for name in ("comparison", "tell_apart", "merge")},
    }


def _shared_keys(own: Any, company: Any, people: dict[str, User | None]) -> dict[str, dict[str, Any]]:
    """What the association and the company hold together, and what belongs to the company."""
    need = NeedFactory(company=company)
    waiting = IntroductionFactory(association=own, company=company)
    accepted = IntroductionFactory(association=own, company=company)
    give_answer(accepted, {"answer": "yes", "note": ""}, by=people["company"])
    partnership = Introduction.objects.get(pk=accepted.pk).partnership
    suggestion = SuggestionFactory(need__company=company)
    link = link_for(AnswerLink, waiting, people["company"])
    by_company = ("edit", "policy", "call")
    by_need = ("need_detail", "need_edit", "need_publish", "need_close")
    refusal = RefusalStep.objects.earliest("position")
    by_introduction = ("introduction", "introduction_answer", "introduction_seen", "introduction_withdraw")
    diagnosis = DiagnosisFactory(project__association=own)
    by_diagnosis = ("diagnosis", "diagnosis_choose", "diagnosis_call")
    by_partnership = tuple(
        f"partnership_{act}"
        for act in ("abandon", "talk", "agree", "correct", "contest", "renew", "end", "reflect")
    )
    by_partnership += ("partnership_settle", "partnership_settle_signature")
    by_suggestion = ("suggestion", "suggestion_interest", "suggestion_decline", "suggestion_seen")
    return {
        **{f"companies:{name}": {"pk": company.pk} for name in by_company},
        **{f"companies:{name}": {"pk": need.pk} for name in by_need},
        **{f"partnerships:{name}": {"pk": waiting.pk} for name in by_introduction},
        **{f"matching:{name}": {"pk": suggestion.pk} for name in by_suggestion},
        **{f"matching:{name}": {"pk": diagnosis.pk} for name in by_diagnosis},
        "matching:why_not_for": {"pk": suggestion.need_id},
        "matching:closest": {"need": suggestion.need_id},
        "matching:pair": {"need": suggestion.need_id, "association": own.pk},
        "companies:detail": {"pk": company.pk},
        "partnerships:refusal_step": {"pk": refusal.pk},
        "partnerships:partnership": {"pk": partnership.pk},
        **{f"partnerships:{name}": {"pk": partnership.pk} for name in by_partnership},
        "mail:one_click": {"token": link.rstrip("/").rpartition("/")[2]},
    }


def _agenda_keys(own: Any, people: dict[str, User | None]) -> dict[str, dict[str, Any]]:
    """A slot that the association booked, an absence of its manager, a rule and its day."""
    organisation, manager = own.organisation, people["manager"]
    slot = Slot.objects.create(
        adviser=people["staff"],
        starts_at=clock.now() + timedelta(days=3),
        booked_at=clock.now(),
        booked_by=manager,
        booked_by_organisation_id=organisation.pk,
        booked_for_type=ContentType.objects.get_for_model(organisation),
        booked_for_id=organisation.pk,
    )
    tomorrow = clock.today() + timedelta(days=1)
    absence = Absence.objects.create(user=manager, first_day=tomorrow, last_day=tomorrow)
    token = token_for(organisation_id=organisation.pk, about=organisation)
    by_slot = ("slot", "slot_calendar", "cancel_booking", "hold_slot", "miss_slot")
    return {
        **{f"agenda:{name}": {"pk": slot.pk} for name in by_slot},
        "agenda:slots": {"token": token},
        "agenda:ask_for_slot": {"token": token},
        "agenda:delay": {"rule": "partnerships.answer", "day": 5},
        "agenda:retry": {"pk": start(HoldSlot, slot).pk},
        "accounts:organisation_absences": {"pk": organisation.pk},
        "accounts:person_absences": {"pk": manager.pk if manager else None},
        "accounts:forget_absence": {"pk": absence.pk},
    }


def _queries(own: Any, company: Any, keys: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {
        "infotheque:prescription": "?lieu=gap:associations.causes",
        "infotheque:read": f"?prescrit=gap:associations.causes&organisme={own.organisation.pk}",
        "associations:project_create": f"?association={own.pk}",
        "associations:ask_create": "?forme=financial",
        "companies:need_create": f"?entreprise={company.pk}&forme=financial",
        "partnerships:introduction_create": f"?entreprise={company.pk}",
    }


def _trouble(person: User) -> AddressTrouble:
    return AddressTrouble.objects.create(user=person, address=person.email, kind=TroubleKind.BOUNCED)


def _mail(person: User | None) -> OutgoingMail:
    return OutgoingMailFactory(recipient=person)
