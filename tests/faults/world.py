"""A believable Wednesday morning, made through the site's own operations.

Monday: twenty associations and as many companies sign up and are checked; eighty requests are sent. Then, on
Wednesday, their reminders fall due, twenty more organisations sign up and fifty requests are sent, while
nobody delivers anything: two hundred and fifty mails and follow-ups wait.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model

from accounts import operations as accounts
from accounts.enums import Role
from accounts.models import Organisation, User
from associations import operations as associations
from associations.enums import GeneralInterest, Registry, Size
from associations.models import Association
from associations.notifications import LEARNING
from companies import operations as companies
from companies.models import Company
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import run_due
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.mail.delivery import settle_past
from mecenova.mail.models import DigestLine, MailPreference, OutgoingMail
from mecenova.mail.operations import queue
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Territory
from partnerships import operations as partnerships
from partnerships.enums import Side
from partnerships.models import Introduction
from tests.accounts.factories import StaffFactory, UserFactory
from tests.faults.notifications import AlwaysRaisesWeekly

MONDAY = datetime(2026, 11, 16, 10, tzinfo=PARIS)
TUESDAY = datetime(2026, 11, 17, 10, tzinfo=PARIS)
WEDNESDAY = datetime(2026, 11, 18, 9, 4, tzinfo=PARIS)
BEGINNING = datetime(2026, 11, 18, 9, 5, tzinfo=PARIS)
# After seven working days a first lesson is written: it waits for the digest of the Monday after.
FIRST_LESSON = datetime(2026, 11, 25, 12, tzinfo=PARIS)
BEFORE_THE_DIGESTS = datetime(2026, 11, 30, 8, 58, tzinfo=PARIS)
DIGESTS = datetime(2026, 11, 30, 9, 1, tzinfo=PARIS)
SIDE = 20
ASKED_ON_MONDAY, ASKED_ON_WEDNESDAY = 80, 50
PURPOSE = (
    "Nous accompagnons vers l’emploi des jeunes sans diplôme, par des ateliers et un parrainage durable."
)


def newcomer(label: str) -> User:
    return UserFactory(email=f"{label}@exemple.fr", first_name="Camille", last_name="Durand")


def association_signs_up(label: str) -> Association:
    return associations.register_association(
        by=newcomer(label), name=f"Ateliers {label}", postal_code="59000", town="Lille"
    )


def company_signs_up(label: str) -> Company:
    return companies.register_company(
        by=newcomer(label),
        name=f"Maison {label}",
        postal_code="59000",
        causes=Cause.objects.filter(slug="education"),
        kinds=[Kind.FINANCIAL],
        territories=Territory.objects.filter(code="59"),
        monthly_capacity=10,
    )


def says_everything(association: Association, number: int) -> None:
    associations.update_association(
        association=association,
        by=manager_of(association.organisation),
        purpose=PURPOSE,
        registry=Registry.RNA,
        rna=f"W59{number:07d}",
        size=Size.SMALL,
        general_interest=GeneralInterest.DECLARED,
        causes=Cause.objects.filter(slug="education"),
        audiences=Audience.objects.filter(slug="jeunes"),
        territories=Territory.objects.filter(code="59"),
    )


def manager_of(organisation: Organisation) -> User:
    return User.objects.filter(memberships__organisation=organisation).earliest("email")


def ask(association: Association, company: Company) -> Introduction:
    return partnerships.introduce(
        association=association,
        company=company,
        kind=Kind.FINANCIAL,
        asked_by_side=Side.ASSOCIATION,
        note="Pouvons-nous en parler\u202f?",
        by=manager_of(association.organisation),
    )


def settle(moment: datetime) -> None:
    """All that was due by then has happened."""
    while run_due():
        pass
    settle_past(moment)


def two_sides(number: int) -> tuple[list[Association], list[Company]]:
    """Signed up, complete and checked by the one person of the team."""
    staff = StaffFactory(email="equipe@mecenova.example")
    askers = [association_signs_up(f"association{n}") for n in range(number)]
    asked = [company_signs_up(f"entreprise{n}") for n in range(number)]
    for n, association in enumerate(askers):
        says_everything(association, n)
    for side in (*askers, *asked):
        accounts.check_organisation(organisation=side.organisation, by=staff)
    return askers, asked


def build() -> None:
    """Until Wednesday, four minutes past nine."""
    with clock.frozen(MONDAY) as moment:
        askers, asked = two_sides(SIDE)
        pairs = [(n, (n + shift) % SIDE) for shift in range(7) for n in range(SIDE)]
        for one, other in pairs[:ASKED_ON_MONDAY]:
            ask(askers[one], asked[other])
        settle(MONDAY)
        moment.move_to(WEDNESDAY)
        for one, other in pairs[ASKED_ON_MONDAY:][:ASKED_ON_WEDNESDAY]:
            ask(askers[one], asked[other])
        for n in range(SIDE // 2):
            association_signs_up(f"nouvelle{n}")
            company_signs_up(f"neuve{n}")
    assert OutgoingMail.objects.waiting().count() >= ASKED_ON_WEDNESDAY
    assert FollowUp.objects.all().due(BEGINNING).count() >= ASKED_ON_MONDAY + SIDE


def build_weekend(asked_at: datetime, number: int = 10) -> None:
    """Requests sent on the eve of a change of hour, all told; reminders to come on the other side of it."""
    with clock.frozen(asked_at - timedelta(days=2)) as moment:
        askers, asked = two_sides(number)
        moment.move_to(asked_at)
        for association, company in zip(askers, asked, strict=True):
            ask(association, company)
        settle(asked_at + timedelta(minutes=1))


def build_week() -> None:
    """Twenty first lessons, ten colleagues who joined, two people who declined lessons since, a line that
    raises: eighteen digests are due on Monday."""
    with clock.frozen(MONDAY) as moment:
        askers, _ = two_sides(SIDE)
        for day in (MONDAY, TUESDAY, FIRST_LESSON):
            moment.move_to(day)
            settle(day)
        managers = [manager_of(association.organisation) for association in askers]
        for n, (association, manager) in enumerate(zip(askers[:10], managers, strict=False)):
            colleague_joins(association.organisation, manager, f"collegue{n}")
        MailPreference.objects.bulk_create(
            MailPreference(user=manager, group=LEARNING.slug, wanted=False) for manager in managers[-2:]
        )
        with transaction.atomic():
            queue(AlwaysRaisesWeekly, managers[0])
        settle(FIRST_LESSON)
    assert DigestLine.objects.all().due(DIGESTS).count() == SIDE + 10 + 1


def colleague_joins(organisation: Organisation, manager: User, label: str) -> None:
    colleague = newcomer(label)
    invitation, _ = accounts.invite_member(
        organisation=organisation, email=colleague.email, role=Role.CONTRIBUTOR, by=manager
    )
    accounts.accept_invitation(invitation=invitation, by=colleague)


# While faults happen, people go on.


def live_facts(label: str) -> list[Model]:
    """A sign-up and a request, as pages make them."""
    made: list[Model] = [association_signs_up(f"{label}-direct").organisation]
    made.append(ask(*a_pair_that_never_talked()))
    return made


def rolled_back_facts(label: str) -> set[str]:
    """Facts that never happened in the end; the Message-IDs of the mails they would have sent."""
    with transaction.atomic():
        subjects = [fact.pk for fact in live_facts(f"{label}-annule")]
        written = OutgoingMail.objects.filter(subject_id__in=subjects)
        would_leave = set(written.values_list("message_id", flat=True))
        transaction.set_rollback(True)
    assert would_leave
    return would_leave


def a_pair_that_never_talked() -> tuple[Association, Company]:
    checked = Company.objects.filter(organisation__name__startswith="Maison entreprise")
    for association in Association.objects.filter(organisation__name__startswith="Ateliers association"):
        known = Introduction.objects.open().filter(association=association)
        company = checked.exclude(pk__in=known.values("company")).order_by("organisation__name").first()
        if company is not None:
            return association, company
    raise LookupError("Everybody has talked to everybody")
