"""The invented companies and foundations, their policies and their needs."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.enums import OrganisationStatus, Origin, Role
from accounts.models import Membership, User
from accounts.operations import check_organisation
from companies.enums import GiverKind, WhoseTime
from companies.models import Company, Need
from companies.operations import create_need, publish_need, register_company, set_policy
from mecenova.calendar import clock
from mecenova.demo.logins import COMPANY
from mecenova.demo.texts import OPENING, Reference, Text, hour_for, make_person, office, phone, read, site_of
from mecenova.demo.timeline import Timeline
from mecenova.reference.enums import Kind

LISTS = ("causes", "audiences", "territories", "skills")
MONEY = ("budget_min", "budget_max")
DATES = ("starts_on", "ends_on", "deadline")
PLAIN = ("title", "description", "days", "place", "goods", "volunteers", "question")
HOURS = ("09:20", "10:40", "14:30", "16:50")


class Companies:
    """Made by the timeline; found afterwards by key, with the person who runs each."""

    def __init__(self, timeline: Timeline, reference: Reference, staff: User) -> None:
        self.timeline = timeline
        self.reference = reference
        self.staff = staff
        self._made: dict[str, Company] = {}
        self._people: dict[str, User] = {}
        self._needs: dict[str, Need] = {}

    def plan(self) -> None:
        for number, text in enumerate(read("companies")["company"]):
            self._plan_one(number, text)
        for number, text in enumerate(read("needs")["need"]):
            self.timeline.at_work(
                text["published"], hour_for(number, HOURS), lambda t=text: self._publish_need(t)
            )

    def get(self, key: str) -> Company:
        return Company.objects.select_related("organisation").get(pk=self._made[key].pk)

    def is_it(self, key: str, company: Company) -> bool:
        """Whether that key is this one's, once it is made."""
        return key in self._made and self._made[key] == company

    def person(self, key: str) -> User:
        return self._people[key]

    def need(self, key: str) -> Need:
        return self._needs[key]

    def _plan_one(self, number: int, text: Text) -> None:
        key, joined = text["key"], text.get("days")
        if joined is None:
            self.timeline.at(OPENING + 1, "06:00", lambda: self._move(number, text))
            self.timeline.at_work(OPENING, hour_for(number, HOURS), lambda: self._set_policy(key, text))
        else:
            self.timeline.at_work(joined, hour_for(number, HOURS), lambda: self._sign_up(number, text))
            if text.get("state") != OrganisationStatus.TO_CHECK:
                self.timeline.at_work(joined - 1, "17:10", lambda: self._check(key))
        for change in text.get("policy", []):
            self.timeline.at_work(
                change["days"], "11:30", lambda c=change: self._set_policy(key, {**text, **c})
            )

    def _move(self, number: int, text: Text) -> None:
        """A member of the first site: checked already, and its person keeps an account."""
        self._register(number, text, by=None, origin=Origin.IMPORT, status=OrganisationStatus.CHECKED)
        Membership.objects.create(
            organisation=self._made[text["key"]].organisation,
            user=self._make_person(text),
            role=Role.MANAGER,
        )

    def _sign_up(self, number: int, text: Text) -> None:
        self._register(number, text, by=self._make_person(text))
        if "kinds" in text:
            self._set_policy(text["key"], text)

    def _make_person(self, text: Text) -> User:
        login = COMPANY if text.get("login") else None
        self._people[text["key"]] = make_person(
            text["person"],
            site_of(text["name"]),
            email=login.email if login else "",
            password=login.password if login else None,
        )
        return self._people[text["key"]]

    def _register(self, number: int, text: Text, **how: Any) -> None:
        self._made[text["key"]] = register_company(
            name=text["name"],
            **office(text["office"]),
            website=f"https://www.{site_of(text['name'])}/",
            phone=phone(4200 + number * 13),
            giver=text.get("giver", GiverKind.COMPANY),
            sector=self.reference.sectors(text["sector"])[0],
            in_network=text.get("in_network", False),
            presentation=text["presentation"],
            **how,
        )

    def _set_policy(self, key: str, text: Text) -> None:
        set_policy(
            company=self.get(key),
            by=self._people[key],
            causes=self.reference.causes(text["causes"]),
            kinds=text["kinds"].split(),
            territories=self.reference.territories(text["territories"]),
            excluded_causes=self.reference.causes(text.get("excluded", "")),
            ticket_min=_money(text.get("ticket_min")),
            ticket_max=_money(text.get("ticket_max")),
            general_interest_only=text.get("general_interest_only", False),
            monthly_capacity=text["capacity"],
        )

    def _check(self, key: str) -> None:
        check_organisation(organisation=self._made[key].organisation, by=self.staff)

    def _publish_need(self, text: Text) -> None:
        company = text["company"]
        values: dict[str, Any] = {name: text[name] for name in PLAIN if name in text}
        values |= {name: _money(text[name]) for name in MONEY if name in text}
        values |= {name: self._day(text[name]) for name in DATES if name in text}
        values |= {name: getattr(self.reference, name)(text[name]) for name in LISTS if name in text}
        if text["kind"] == Kind.VOLUNTEERING:
            values["whose_time"] = WhoseTime.OWN
        if "wished_parties" in text:
            values["wished_parties"] = text["wished_parties"].split()
        need = create_need(company=self.get(company), by=self._people[company], kind=text["kind"], **values)
        if not text.get("draft"):
            need = publish_need(need=need, by=self._people[company])
        self._needs[text.get("key", text["title"])] = need

    def _day(self, days: int) -> date:
        """So many days after (or, below zero, before) the day of loading."""
        return clock.paris(self.timeline.present).date() + timedelta(days)


def _money(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
