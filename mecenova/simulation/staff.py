"""The team: so many minutes on each working day, spent on what was promised soonest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.contrib.auth.models import Group

from accounts.enums import OrganisationKind
from accounts.models import Organisation, User
from accounts.operations import ask_for_changes, check_organisation, create_verified_user
from associations.models import Association, Project
from associations.operations import note_call
from companies.models import Company
from companies.operations import record_call
from matching.models import Diagnosis
from matching.operations import note_call as note_diagnosis_call
from mecenova.agenda.models import Absence, FollowUp
from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day
from mecenova.simulation.network import Span, chance_of
from mecenova.simulation.people import AssociationMember, CompanyMember, attempt
from mecenova.team import LEADS
from partnerships.models import Partnership
from partnerships.operations import settle_talk

MINUTES_A_DAY = 240
CHECK_MINUTES, CALL_MINUTES, NO_ANSWER_MINUTES = 10, 20, 4
# Of those who are called, so many do not pick up: they are called again the next day.
NO_ANSWER = 0.2
ASKED_FOR_CHANGES = 0.08
# About a day's calls.
STEPS_READ_AHEAD = 20


@dataclass
class Staff:
    """Two people who share the day's minutes; when one is away, half of them are gone."""

    seed: int
    people: list[User]
    away: list[tuple[Span, ...]]
    associations: Mapping[UUID, AssociationMember]
    companies: Mapping[UUID, CompanyMember]
    minutes: dict[date, int] = field(default_factory=dict)
    _calls: dict[UUID, int] = field(default_factory=dict)

    def work(self) -> None:
        """One day of the team, at the moment of the clock."""
        today = clock.today()
        if not is_working_day(today):
            return
        present = [
            person
            for person, spans in zip(self.people, self.away, strict=True)
            if not any(span.holds(today) for span in spans)
        ]
        left = MINUTES_A_DAY * len(present) // len(self.people)
        if not present:
            return
        whole = left
        left = self._check(left, present[0])
        owed = FollowUp.objects.all().owed_by_staff().by_promise().prefetch_related("subject")
        for step in owed.iterator(chunk_size=STEPS_READ_AHEAD):
            if left < CALL_MINUTES:
                break
            left -= self._handle(step, present[left % len(present)])
        self.minutes[today] = whole - left

    def _check(self, left: int, by: User) -> int:
        for organisation in list(Organisation.objects.to_check().order_by("created_at", "pk")):
            if left < CHECK_MINUTES:
                break
            left -= CHECK_MINUTES
            member = self.associations.get(organisation.pk)
            asked = chance_of(self.seed, "check", organisation.name).random() < ASKED_FOR_CHANGES
            if asked and member is not None and not member.was_corrected:
                member.was_corrected = True
                message = "Précisez votre numéro d’immatriculation, s’il vous plaît."
                ask_for_changes(organisation=organisation, message=message, by=by)
                member.was_asked_for_changes()
            else:
                check_organisation(organisation=organisation, by=by)
        return left

    def _handle(self, step: FollowUp, by: User) -> int:
        """The minutes spent on one step. What the invented team knows nothing of is left where it is."""
        act = self._what_to_do(step, by)
        # One call is about all that somebody waits for: the list read this morning may say it twice.
        if act is None or not FollowUp.objects.open().filter(pk=step.pk).exists():
            return 0
        turn = self._calls.get(step.subject_id, 0)
        self._calls[step.subject_id] = turn + 1
        if chance_of(self.seed, "picks up", step.rule, step.since.isoformat(), turn).random() < NO_ANSWER:
            return NO_ANSWER_MINUTES
        attempt(partial(act, turn))
        return CALL_MINUTES

    def _what_to_do(self, step: FollowUp, by: User) -> Callable[[int], object] | None:
        subject = step.subject
        if isinstance(subject, Partnership):
            return lambda turn: settle_talk(
                partnership=subject, talked=True, by=by, note="Ils se sont parlé."
            )
        if isinstance(subject, Project):
            # The last one: chosen from, and nothing came of it; or never chosen from.
            diagnosis = Diagnosis.objects.filter(project=subject).first()
            if diagnosis is None:
                return None
            return lambda turn: note_diagnosis_call(diagnosis=diagnosis, note=f"Appel {turn + 1}.", by=by)
        if not isinstance(subject, Organisation) or ".call" not in step.rule:
            return None
        if subject.kind == OrganisationKind.ASSOCIATION:
            return lambda turn: self._call_association(subject, by, turn)
        return lambda turn: self._call_company(subject, by, turn)

    def _call_association(self, organisation: Organisation, by: User, turn: int) -> None:
        called = Association.objects.select_related("organisation").get(organisation=organisation)
        note_call(association=called, by=by, note=f"Appel {turn + 1}.")
        self.associations[organisation.pk].was_called(turn)

    def _call_company(self, organisation: Organisation, by: User, turn: int) -> None:
        company = Company.objects.select_related("organisation").get(organisation=organisation)
        record_call(company=company, note=f"Appel {turn + 1}.", by=by)
        self.companies[organisation.pk].was_called(turn)


def hire(
    seed: int,
    start: date,
    associations: Mapping[UUID, AssociationMember],
    companies: Mapping[UUID, CompanyMember],
) -> Staff:
    """Two people, the first of whom is told what is late; each takes five weeks, two of them in August."""
    people = [
        create_verified_user(
            email=f"equipe.{number}@essai.example",
            password=None,
            first_name="Dominique",
            last_name="Équipe",
            is_staff=True,
        )
        for number in (1, 2)
    ]
    people[0].groups.add(Group.objects.get_or_create(name=LEADS)[0])
    away = []
    for person, weeks in zip(people, ((8, 20, 31, 32, 45), (10, 26, 33, 34, 52)), strict=True):
        spans = tuple(
            Span(start + timedelta(days=7 * week - 6), start + timedelta(days=7 * week)) for week in weeks
        )
        Absence.objects.bulk_create(
            Absence(user=person, first_day=span.first, last_day=span.last) for span in spans
        )
        away.append(spans)
    return Staff(seed, people, away, associations, companies)
