"""What invented people do on the site, each through the operation that the page's button calls.

Absences apart: written for the whole year, as no page is opened to say each in its time.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.models import Organisation, User
from accounts.operations import create_verified_user, withdraw_organisation
from associations.enums import GeneralInterest, Registry, Size, Stance
from associations.models import Association
from associations.operations import (
    create_project,
    publish_project,
    register_association,
    save_ask,
    update_association,
)
from companies.enums import WhoseTime
from companies.models import Company, Need
from companies.operations import create_need, publish_need, register_company, set_policy
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Skill, Territory
from mecenova.simulation.network import (
    DEPARTMENTS,
    AssociationPlan,
    CompanyPlan,
    NeedPlan,
    Span,
    chance_of,
)
from mecenova.workflow.errors import DomainError
from partnerships.enums import Side
from partnerships.operations import introduce

Act = Callable[[], object]
# (moment, act): written in the diary of the year.
Write = Callable[[datetime, Act], None]


class Reference:
    """The entries of closed lists that invented people choose, read once."""

    def __init__(self) -> None:
        self.causes = {cause.slug: cause for cause in Cause.objects.all()}
        self.territories = {
            place.code: place for place in Territory.objects.filter(code__in=[*DEPARTMENTS, "FR"])
        }
        self.audiences = list(Audience.objects.order_by("slug")[:3])
        self.skills = list(Skill.objects.order_by("slug")[:3])


def attempt(act: Act) -> bool:
    """An act that the site refuses, with its reason, is an act like any other."""
    try:
        act()
    except (DomainError, PermissionDenied):
        return False
    return True


class Member:
    """Somebody who answers for one organisation."""

    def __init__(self, seed: int, write: Write, reference: Reference) -> None:
        self.seed = seed
        self.write = write
        self.reference = reference
        self._user: User | None = None
        self.organisation: Organisation | None = None

    @property
    def user(self) -> User:
        if self._user is None:
            raise LookupError("Nobody acts before they have joined")
        return self._user

    def _sign_up(self, local: str) -> User:
        self._user = create_verified_user(
            email=f"{local}@essai.example", password=None, first_name="Camille", last_name="Essai"
        )
        return self._user

    def _away(self, spans: tuple[Span, ...]) -> None:
        """Written the day they sign up: what they owe waits for their return."""
        if self.organisation is not None:
            Absence.objects.bulk_create(
                Absence(organisation_id=self.organisation.pk, first_day=span.first, last_day=span.last)
                for span in spans
            )

    def leave(self) -> None:
        if self.organisation is not None:
            withdraw_organisation(organisation=self.organisation, by=self.user)


class AssociationMember(Member):
    def __init__(self, plan: AssociationPlan, seed: int, write: Write, reference: Reference) -> None:
        super().__init__(seed, write, reference)
        self.plan = plan
        self.association: Association | None = None
        self._published = False
        self._completed = False
        self.was_corrected = False

    def join(self) -> None:
        plan, reference = self.plan, self.reference
        at_once = plan.completes == 0
        self.association = register_association(
            by=self._sign_up(f"association.{plan.number}"),
            association_id=plan.key,
            name=plan.name,
            postal_code=DEPARTMENTS[plan.department],
            town="Ville",
            causes=[reference.causes[plan.action.cause]],
            **(self._whole() if at_once else {"purpose": plan.action.name}),
        )
        self.organisation = self.association.organisation
        self._completed = at_once
        if plan.expert:
            self._update(stance=Stance.EXPERT_ONLY, expertise=reference.skills[:1])
        self._away(plan.away)
        joined = clock.now()
        if plan.completes:
            self.write(joined + timedelta(days=plan.completes), self.complete)
        if plan.completes is not None and plan.publishes is not None:
            self.write(joined + timedelta(days=plan.completes + plan.publishes, hours=1), self.publish)
        if plan.pause is not None and plan.pause.first > clock.today():
            self.write(_morning(plan.pause.first), self.pause)
        if plan.leaves is not None:
            self.write(_morning(plan.leaves), self.leave)
        self._plan_asking(0)

    def _whole(self) -> dict[str, Any]:
        plan, reference = self.plan, self.reference
        return {
            "purpose": f"Depuis dix ans, nous menons cette action\u00a0: {plan.action.text}.",
            "registry": Registry.RNA,
            "rna": f"W{plan.department}9{plan.number:06d}",
            "audiences": reference.audiences[:2],
            "territories": [reference.territories[plan.department]],
            "size": Size.SMALL,
            "yearly_budget": Decimal(90_000),
            "general_interest": GeneralInterest.DECLARED,
        }

    def _update(self, **changes: Any) -> None:
        if self.association is not None:
            update_association(association=self.association, by=self.user, **changes)

    def complete(self) -> None:
        """Also the answer to « please correct »: the profile goes back to the team by itself."""
        self._completed = True
        self._update(**self._whole())

    def publish(self) -> None:
        if self._published or self.association is None:
            return
        plan = self.plan
        project = create_project(
            association=self.association,
            by=self.user,
            title=plan.action.name,
            description=f"{plan.action.text.capitalize()}, pendant un an, avec notre équipe.",
            causes=[self.reference.causes[plan.action.cause]],
            territories=[self.reference.territories[plan.department]],
        )
        for kind in plan.kinds:
            save_ask(project=project, by=self.user, kind=kind, **_asked(kind, self.reference))
        publish_project(project=project, by=self.user)
        self._published = True

    def pause(self) -> None:
        assert self.plan.pause is not None  # noqa: S101 (written in the diary only then)
        self._update(stance=Stance.PAUSED, paused_until=self.plan.pause.last)

    def was_called(self, turn: int) -> None:
        """The team has called: half of those who had stopped take it up again."""
        chance = chance_of(self.seed, "called", self.plan.number, turn)
        if chance.random() < 0.5:
            moment = clock.now() + timedelta(days=chance.uniform(1, 10))
            if not self._completed:
                self.write(moment, self.complete)
            if not self.plan.expert:
                self.write(moment + timedelta(hours=2), self.publish)

    def was_asked_for_changes(self) -> None:
        answering = self.plan.answering
        chance = chance_of(self.seed, "changes", self.plan.number)
        if chance.random() > answering.silent:
            self.write(clock.now() + timedelta(days=answering.days * chance.uniform(0.5, 2)), self.complete)

    def _plan_asking(self, turn: int) -> None:
        if self.plan.asks_a_month:
            chance = chance_of(self.seed, "asking", self.plan.number, turn)
            wait = chance.expovariate(self.plan.asks_a_month / 30)
            self.write(clock.now() + timedelta(days=wait), partial(self.ask, turn))

    def ask(self, turn: int) -> None:
        """Write to a company whose need is of their cause, whatever it seeks otherwise."""
        self._plan_asking(turn + 1)
        chance = chance_of(self.seed, "asked", self.plan.number, turn)
        needs = Need.objects.current().filter(causes__slug=self.plan.action.cause).order_by("pk")
        keys = list(needs.values_list("pk", flat=True))
        if not keys or self.association is None:
            return
        need = Need.objects.select_related("company__organisation").get(pk=chance.choice(keys))
        introduce(
            association=self.association,
            company=need.company,
            need=need,
            kind=need.kind,
            asked_by_side=Side.ASSOCIATION,
            note="Votre besoin correspond à ce que nous faisons. Pouvons-nous en parler\u202f?",
            by=self.user,
        )


class CompanyMember(Member):
    def __init__(self, plan: CompanyPlan, seed: int, write: Write, reference: Reference) -> None:
        super().__init__(seed, write, reference)
        self.plan = plan
        self.company: Company | None = None
        self._has_policy = False

    def join(self) -> None:
        plan = self.plan
        self.company = register_company(
            by=self._sign_up(f"entreprise.{plan.number}"),
            name=plan.name,
            postal_code=DEPARTMENTS[plan.departments[0] if plan.departments else "75"],
            town="Ville",
            monthly_capacity=plan.capacity,
        )
        self.organisation = self.company.organisation
        self._away(plan.away)
        if plan.policy == 0:
            self.say_policy()
        elif plan.policy is not None:
            self.write(clock.now() + timedelta(days=plan.policy), self.say_policy)
        if plan.policy is not None:
            for need in plan.needs:
                self.write(max(need.on, clock.now()), partial(self.publish, need))
        if plan.leaves is not None:
            self.write(_morning(plan.leaves), self.leave)

    def say_policy(self) -> None:
        if self.company is None:
            return
        self._has_policy = True
        plan, reference = self.plan, self.reference
        set_policy(
            company=self.company,
            by=self.user,
            causes=[reference.causes[cause] for cause in plan.causes],
            kinds=plan.kinds,
            territories=[reference.territories[code] for code in plan.departments or ("FR",)],
            monthly_capacity=plan.capacity,
        )

    def publish(self, need: NeedPlan) -> None:
        if self.company is None or (need.deadline is not None and need.deadline < clock.today()):
            return
        plan, reference = self.plan, self.reference
        places = plan.departments if plan.departments and not need.national else ("FR",)
        made = create_need(
            company=self.company,
            by=self.user,
            kind=need.kind,
            id=need.key,
            title=need.action.name,
            description=f"Nous cherchons une association qui mène cette action\u00a0: {need.action.text}.",
            causes=[reference.causes[need.action.cause]],
            territories=[reference.territories[code] for code in places],
            deadline=need.deadline,
            **_offered(need.kind, reference),
        )
        publish_need(need=made, by=self.user)

    def was_called(self, turn: int) -> None:
        """The team has called: some say at last what they support, or publish what they had in mind."""
        chance = chance_of(self.seed, "company called", self.plan.number, turn)
        moment = clock.now() + timedelta(days=chance.uniform(1, 8))
        if not self._has_policy and chance.random() < 0.6:
            self.write(moment, self.say_policy)
        if self.plan.needs and chance.random() < 0.4 and self.company is not None:
            drawn = chance.choice(self.plan.needs)
            renewed = NeedPlan(
                key=type(drawn.key)(int=chance.getrandbits(128), version=4),
                number=100 + turn,
                kind=drawn.kind,
                action=drawn.action,
                national=drawn.national,
                on=moment,
                deadline=None,
            )
            self.write(moment + timedelta(hours=1), partial(self.publish, renewed))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10, 15), tzinfo=clock.PARIS)


def _asked(kind: str, reference: Reference) -> dict[str, Any]:
    by_kind: dict[Kind, dict[str, Any]] = {
        Kind.FINANCIAL: {"amount": Decimal(6_000)},
        Kind.IN_KIND: {"goods": "Du mobilier et des ordinateurs"},
        Kind.SKILLS: {"skills": reference.skills[:2], "days": 6},
        Kind.VOLUNTEERING: {"volunteers": 8},
    }
    return by_kind[Kind(kind)]


def _offered(kind: str, reference: Reference) -> dict[str, Any]:
    by_kind: dict[Kind, dict[str, Any]] = {
        Kind.FINANCIAL: {"budget_min": Decimal(2_000), "budget_max": Decimal(15_000)},
        Kind.IN_KIND: {"goods": "Du mobilier et des ordinateurs"},
        Kind.SKILLS: {"skills": reference.skills[:2], "days": 10},
        Kind.VOLUNTEERING: {"volunteers": 12, "whose_time": WhoseTime.OWN},
    }
    return by_kind[Kind(kind)]
