"""The invented associations: the first site's members, those that signed up, and records nobody claimed."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.enums import OrganisationStatus, Origin, Role
from accounts.models import Membership, User
from accounts.operations import ask_for_changes, check_organisation, claim_organisation
from associations.enums import GeneralInterest, Registry, Stance
from associations.models import Association, Project
from associations.operations import (
    create_project,
    publish_project,
    register_association,
    save_ask,
    update_association,
)
from mecenova.calendar import clock
from mecenova.demo.logins import ASSOCIATION
from mecenova.demo.texts import OPENING, Reference, Text, hour_for, make_person, office, phone, read, site_of
from mecenova.demo.timeline import Timeline
from mecenova.identifiers.names import department_code
from mecenova.reference.enums import Kind

REGIONS_OF_TEXTS = ("north", "east", "centre", "south", "west", "overseas")
# Which field of an ask says its kind.
KIND_OF_FIELD = {
    "amount": Kind.FINANCIAL,
    "goods": Kind.IN_KIND,
    "days": Kind.SKILLS,
    "volunteers": Kind.VOLUNTEERING,
    "question": Kind.CO_CONSTRUCTION,
}
# As prefectures number associations overseas.
OVERSEAS = {"971": "9G", "972": "9M", "973": "9C", "974": "9R", "976": "9T", "975": "9S", "988": "9N"}
COURT_DEPARTMENTS = {"57", "67", "68"}


class Associations:
    """Made by the timeline; found afterwards by key, with the person who runs each."""

    def __init__(self, timeline: Timeline, reference: Reference, team: tuple[User, User]) -> None:
        self.timeline = timeline
        self.reference = reference
        self.team = team
        self._made: dict[str, Association] = {}
        self._people: dict[str, User] = {}

    def plan(self) -> None:
        texts = [text for part in REGIONS_OF_TEXTS for text in read(f"associations_{part}")["association"]]
        for number, text in enumerate(texts):
            self._plan_one(number, text)
        for number, text in enumerate(read("unclaimed")["association"]):
            self.timeline.at(OPENING, "06:10", lambda t=text, n=number: self._enter_unclaimed(n, t))
        for number, text in enumerate(read("unclaimed")["claim"]):
            self.timeline.at(text["days"], hour_for(number), partial(self._claim, text))

    def get(self, key: str) -> Association:
        return Association.objects.select_related("organisation").get(pk=self._made[key].pk)

    def is_it(self, key: str, association: Association) -> bool:
        """Whether that key is this one's, once it is made."""
        return key in self._made and self._made[key] == association

    def person(self, key: str) -> User:
        return self._people[key]

    def _plan_one(self, number: int, text: Text) -> None:
        key = text.get("key", text["name"])
        # Reminded, then called: what the agenda counts in working days, so that it falls due on any day.
        worked = text.get("worked_days")
        joined = text.get("days") if worked is None else self.timeline.worked_days_ago(worked)
        state = text.get("state", OrganisationStatus.CHECKED)
        if joined is None:
            self.timeline.at(OPENING, "06:00", lambda: self._move(key, number, text))
        else:
            self.timeline.at(joined, hour_for(number), lambda: self._sign_up(key, number, text))
            staff = self.team[number % 2]
            if state == OrganisationStatus.CHECKED:
                self.timeline.at_work(
                    joined - 1, hour_for(number, ("09:40", "11:15", "16:20")), lambda: self._check(key, staff)
                )
            elif state == OrganisationStatus.CHANGES_ASKED:
                self.timeline.at_work(joined - 1, "15:05", lambda: self._ask_for_changes(key, text, staff))
        begun = OPENING if joined is None else joined
        for rank, project in enumerate(text.get("project", [])):
            written = project.get("days", max(1, begun - 5 - (number * 7 + rank * 11) % max(1, begun - 8)))
            self.timeline.at(
                written,
                hour_for(number + rank + 2),
                lambda p=project, n=number + rank: self._write_project(key, n, p),
            )

    def _move(self, key: str, number: int, text: Text) -> None:
        """A member of the first site: checked already, and its person keeps an account."""
        self._register(key, number, text, by=None, origin=Origin.IMPORT, status=OrganisationStatus.CHECKED)
        person = self._make_person(key, text)
        # The first site's teams come with it: nobody invites them, nobody has to claim anything.
        Membership.objects.create(organisation=self._made[key].organisation, user=person, role=Role.MANAGER)
        self._complete(key, text)

    def _sign_up(self, key: str, number: int, text: Text) -> None:
        person = self._make_person(key, text)
        self._register(key, number, text, by=person)
        self._complete(key, text)

    def _make_person(self, key: str, text: Text) -> User:
        login = ASSOCIATION if text.get("login") else None
        self._people[key] = make_person(
            text["person"],
            site_of(text["name"]),
            email=login.email if login else text.get("email", ""),
            password=login.password if login else None,
        )
        return self._people[key]

    def _register(self, key: str, number: int, text: Text, **how: Any) -> None:
        place = office(text["office"])
        home = department_code(place["postal_code"]) or ""
        reference = self.reference
        self._made[key] = register_association(
            name=text["name"],
            **place,
            **_registry(home, number, text),
            website=text.get("website") or _website(number, text),
            phone=phone(1100 + number * 7),
            purpose=text.get("purpose", ""),
            causes=reference.causes(text.get("causes", "")),
            audiences=reference.audiences(text.get("audiences", "")),
            territories=reference.territories(text.get("territories", home)),
            size=text.get("size", ""),
            yearly_budget=Decimal(text["budget"]) if "budget" in text else None,
            general_interest=text.get("general_interest", GeneralInterest.DECLARED),
            **how,
        )

    def _complete(self, key: str, text: Text) -> None:
        """What the sign-up does not ask: stance, refusals, expertise."""
        changes: dict[str, Any] = {}
        if "expertise" in text:
            changes["expertise"] = self.reference.skills(text["expertise"])
        if "refused_sectors" in text:
            changes["refused_sectors"] = self.reference.sectors(text["refused_sectors"])
        if "refused_kinds" in text:
            changes["refused_kinds"] = text["refused_kinds"].split()
        if "stance" in text:
            changes["stance"] = text["stance"]
        if text.get("stance") == Stance.PAUSED:
            changes["paused_until"] = clock.paris(self.timeline.present).date() + timedelta(text["paused"])
        if changes:
            update_association(association=self.get(key), by=self._people[key], **changes)

    def _check(self, key: str, staff: User) -> None:
        check_organisation(organisation=self._made[key].organisation, by=staff)

    def _ask_for_changes(self, key: str, text: Text, staff: User) -> None:
        ask_for_changes(organisation=self._made[key].organisation, message=text["message"], by=staff)

    def _write_project(self, key: str, number: int, text: Text) -> Project:
        association, person = self.get(key), self._people[key]
        project = create_project(
            association=association,
            by=person,
            title=text["title"],
            description=text["text"],
            causes=self.reference.causes(text["causes"]) if "causes" in text else association.causes.all(),
            audiences=association.audiences.all(),
            territories=association.territories.all(),
        )
        for ask in text["asks"]:
            kind = next(KIND_OF_FIELD[field] for field in ask if field in KIND_OF_FIELD)
            values = {**ask, "skills": self.reference.skills(ask.get("skills", ""))}
            if "amount" in ask:
                values["amount"] = Decimal(ask["amount"])
            save_ask(project=project, by=None, kind=kind, **values)
        if not text.get("draft"):
            project = publish_project(project=project, by=person)
        return project

    def _enter_unclaimed(self, number: int, text: Text) -> None:
        place = office(text["office"])
        self._made[text["name"]] = register_association(
            by=None,
            name=text["name"],
            **place,
            **_registry(department_code(place["postal_code"]) or "", 400 + number, text),
            purpose=text["purpose"],
            causes=self.reference.causes(text.get("causes", "")),
            origin=Origin.IMPORT,
            status=OrganisationStatus.UNCLAIMED,
        )

    def _claim(self, text: Text) -> None:
        person = make_person(text["person"], site_of(text["organisation"]), email=text.get("email", ""))
        organisation = self._made[text["organisation"]].organisation
        claim_organisation(organisation=organisation, message=text["message"], by=person)


def _website(number: int, text: Text) -> str:
    """Two in three have one."""
    return f"https://www.{site_of(text['name'])}/" if text.get("site", number % 3) else ""


def _registry(department: str, number: int, text: Text) -> dict[str, str]:
    """A number of the register, in a series that no prefecture uses."""
    if text.get("registry") == "none":
        return {}
    if department in COURT_DEPARTMENTS:
        return {"registry": Registry.ALSACE_MOSELLE, "court_entry": text["court_entry"]}
    prefix = OVERSEAS.get(department, department)
    return {"registry": Registry.RNA, "rna": f"W{prefix}9{100000 + number * 271:06d}"}
