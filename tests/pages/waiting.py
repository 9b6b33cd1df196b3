"""A network of any size drawn at random and written in bulk: people wait in it, and are answered or not."""

import uuid
from datetime import timedelta
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Membership, Organisation
from associations.models import Association, Project
from companies.models import Company, Need
from infotheque.models import Document
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Territory
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import RefusalReason, Side, reasons_for
from partnerships.models import Introduction, RefusalStep
from tests.accounts.factories import UserFactory
from tests.associations.factories import PURPOSE
from tests.matching.factories import RoundFactory

STATUSES = (*[OrganisationStatus.CHECKED] * 6, OrganisationStatus.TO_CHECK, OrganisationStatus.LEFT)
VERBS = ("accept", "postpone", "decline", "release")


class Network:
    """`organisations` of which four in five are associations; `introductions` between the two."""

    def __init__(self, seed: int, *, organisations: int, introductions: int = 0) -> None:
        self.random = Random(seed)  # noqa: S311 (a story that can be told again, no secret)
        self.now = clock.now()
        self.person = UserFactory()
        self.causes = list(Cause.objects.all())
        self.departments = list(Territory.objects.departments())
        self.types = {
            model: ContentType.objects.get_for_model(model)
            for model in (Organisation, Introduction, Suggestion)
        }
        self.records: list[TransitionRecord] = []
        self.mails: list[OutgoingMail] = []
        self.follow_ups: list[FollowUp] = []
        self.lines: list[DigestLine] = []
        self._organisations(organisations)
        self._profiles()
        self._introductions(introductions)
        self._suggestions()
        self._documents()
        TransitionRecord.objects.bulk_create(self.records)
        OutgoingMail.objects.bulk_create(self.mails)
        FollowUp.objects.bulk_create(self.follow_ups)
        DigestLine.objects.bulk_create(self.lines)

    def ago(self, days: int) -> Any:
        """A moment of the last days, to the minute."""
        return self.now - timedelta(minutes=self.random.randrange(days * 1440))

    def after(self, moment: Any, days: int) -> Any:
        """Later, and not after now; None sometimes."""
        found = moment + timedelta(minutes=self.random.randrange(days * 1440))
        return None if self.random.random() < 0.2 or found > self.now else found

    def _organisations(self, number: int) -> None:
        self.organisations = [self._organisation(n) for n in range(number)]
        Organisation.objects.bulk_create(self.organisations)
        Membership.objects.bulk_create(
            Membership(organisation=each, user=self.person, joined_at=self.now - timedelta(days=900))
            for each in self.organisations
            if self.random.random() < 0.95
        )
        for each in self.organisations:
            self._follow(each)

    def _organisation(self, n: int) -> Organisation:
        created, status = self.ago(500), self.random.choice(STATUSES)
        return Organisation(
            kind=OrganisationKind.COMPANY if n % 5 == 0 else OrganisationKind.ASSOCIATION,
            name=f"Organisme {n}",
            name_key=f"organisme {n}",
            department=self.random.choice([None, *self.departments[: self.random.choice((4, 40, 110))]]),
            origin=self.random.choice([Origin.SIGN_UP, Origin.SIGN_UP, Origin.IMPORT]),
            status=status,
            created_at=created,
            checked_at=min(self.now, created + timedelta(days=2)),
            left_at=self.now if status == OrganisationStatus.LEFT else None,
        )

    def _follow(self, organisation: Organisation) -> None:
        """The welcome, the team's step and its answer, and the ninety days of the checked ones."""
        created = organisation.created_at
        sent = created + timedelta(minutes=self.random.randrange(90))
        if self.random.random() < 0.9:
            self._mail(organisation, "matching.welcome", created, sent)
        looked = self.after(created, 8)
        self._step(organisation, "accounts.staff_check", created, created + timedelta(days=4), looked)
        if looked:
            self._record(organisation, self.random.choice(("check", "ask_for_changes")), looked)
        if self.random.random() < 0.5:
            called = self.after(created, 150)
            since = created + timedelta(days=1)
            self._step(organisation, "associations.presentation", since, since + timedelta(days=90), called)
            if called and self.random.random() < 0.7:
                self._record(organisation, "call", called)

    def _profiles(self) -> None:
        by_kind = {True: [], False: []}
        for each in self.organisations:
            by_kind[each.kind == OrganisationKind.COMPANY].append(each)
        self.associations = [self._association(n, each) for n, each in enumerate(by_kind[False])]
        self.companies = [Company(organisation=each) for each in by_kind[True]]
        Association.objects.bulk_create(self.associations)
        Company.objects.bulk_create(self.companies)
        self._link("causes", Cause, self.causes)
        self._link("audiences", Audience, list(Audience.objects.all()[:3]))
        self._link("territories", Territory, self.departments[:3])
        Project.objects.bulk_create(
            Project(
                association=each,
                title="Un projet",
                description="Un projet",
                status="published",
                published_at=self.now,
            )
            for each in self.associations
        )

    def _association(self, n: int, organisation: Organisation) -> Association:
        return Association(
            organisation=organisation,
            registry="rna",
            rna=f"W{n:09d}",
            purpose=PURPOSE if self.random.random() < 0.8 else "",
            size="small",
            general_interest="declared",
        )

    def _link(self, relation: str, model: Any, entries: list[Any]) -> None:
        through = getattr(Association, relation).through
        field = model._meta.model_name
        through.objects.bulk_create(
            through(association=each, **{field: entry})
            for each in self.associations
            for entry in self.random.sample(entries, self.random.choice((0, 1, 1, 2, 3)))
        )

    def _introductions(self, number: int) -> None:
        pairs = {
            (self.random.randrange(len(self.associations)), self.random.randrange(len(self.companies)))
            for _ in range(number)
        }
        self.introductions = []
        for association, company in sorted(pairs):
            introduction = self._introduction(self.associations[association], self.companies[company])
            self.introductions.append(introduction)
        Introduction.objects.bulk_create(self.introductions)

    def _introduction(self, association: Association, company: Company) -> Introduction:
        asked = self.ago(450)
        answered = self.after(asked, 40)
        verb = self.random.choice(VERBS) if answered else "request"
        introduction = Introduction(
            association=association,
            company=company,
            kind=self.random.choice(Kind.values),
            asked_by_side=self.random.choice(("association", "company")),
            note="Bonjour",
            requested_at=asked,
            created_at=asked,
            **_answer(verb, answered, asked),
        )
        self._step(introduction, "partnerships.answer", asked, asked + timedelta(days=21), answered)
        if answered:
            self._record(introduction, verb, answered)
            if self.random.random() < 0.9:
                told = {
                    "accept": "accepted",
                    "postpone": "postponed",
                    "decline": "declined",
                    "release": "released",
                }
                self._mail(introduction, f"partnerships.introduction_{told[verb]}", answered, answered)
        return introduction

    def _suggestions(self) -> None:
        if not self.companies:
            return
        draw = RoundFactory()
        need = Need(company=self.companies[0], kind=Kind.FINANCIAL, title="Un besoin")
        Need.objects.bulk_create([need])
        suggestions = [
            Suggestion(
                round=draw,
                need=need,
                company=need.company,
                association=each,
                score=1,
                score_version="1",
                presented_at=self.ago(400),
            )
            for each in self.associations
            if self.random.random() < 0.7
        ]
        for each in suggestions:
            answered = self.after(each.presented_at, 40)
            if answered and self.random.random() < 0.3:
                each.status, each.answered_at = SuggestionStatus.DECLINED, answered
                each.refusal_reason = self.random.choice(reasons_for(need.kind, Side.COMPANY))
                self._line(each)
        Suggestion.objects.bulk_create(suggestions)

    def _line(self, suggestion: Suggestion) -> None:
        """Of a letter to come, or of one that left, or failed; sometimes nobody wrote it."""
        drawn = self.random.random()
        if drawn < 0.1:
            return
        if drawn > 0.5:
            self._mail(suggestion, "mail.weekly_digest", self.now, self.now)
        self.lines.append(
            DigestLine(
                key=str(uuid.uuid4()),
                notification="matching.suggestion_declined",
                category="service",
                recipient=self.person,
                subject_type=self.types[Suggestion],
                subject_id=suggestion.pk,
                due_at=self.now,
                mail=self.mails[-1] if drawn > 0.5 else None,
            )
        )

    def _documents(self) -> None:
        """What refusals lead to: a document that is read, one that is not, or none."""
        read = Document.objects.create(
            title="Lire un refus", kind="guide", body="Lisez.", status="published", published_at=self.now
        )
        draft = Document.objects.create(title="Un brouillon", kind="guide", body="Lisez.")
        steps = list(RefusalStep.objects.order_by("pk"))
        for step in steps:
            step.document = self.random.choice((read, read, read, draft, None))
        RefusalStep.objects.bulk_update(steps, ["document"])

    def _record(self, subject: Any, verb: str, at: Any) -> None:
        self.records.append(
            TransitionRecord(subject_type=self.types[type(subject)], subject_id=subject.pk, verb=verb, at=at)
        )

    def _mail(self, subject: Any, notification: str, due: Any, sent: Any) -> None:
        status = self.random.choice(("sent", "sent", "sent", "pending", "cancelled", "failed"))
        key, ended = str(uuid.uuid4()), min(sent, self.now)
        self.mails.append(
            OutgoingMail(
                key=key,
                message_id=key,
                notification=notification,
                category="service",
                recipient=self.person,
                address=self.person.email,
                subject="Objet",
                text="Texte",
                subject_type=self.types[type(subject)],
                subject_id=subject.pk,
                status=status,
                last_error="Refusé" if status in ("failed", "cancelled") else "",
                due_at=due,
                created_at=due,
                sent_at=ended if status == "sent" else None,
                # Put back in the queue, or not: what it first came to stays.
                settled_at=ended if status != "pending" or self.random.random() < 0.2 else None,
            )
        )

    def _step(self, subject: Any, rule: str, since: Any, deadline: Any, closed: Any) -> None:
        """One or two rows of a cycle: the second one, when there is one, is written with another deadline."""
        rows = self.random.choice((1, 1, 2))
        for occurrence in range(1, rows + 1):
            last = occurrence == rows
            ended = closed if last else since + timedelta(hours=1)
            self.follow_ups.append(
                FollowUp(
                    rule=rule,
                    subject_type=self.types[type(subject)],
                    subject_id=subject.pk,
                    cycle=1,
                    occurrence=occurrence,
                    owner=Owner.STAFF,
                    is_step=False,
                    what="Répondre",
                    since=since,
                    due_at=deadline,
                    deadline=deadline + timedelta(days=occurrence - 1),
                    outcome="done" if ended else "open",
                    closed_at=ended,
                )
            )


def _answer(verb: str, at: Any, asked: Any) -> dict[str, Any]:
    """The fields that go with an answer."""
    return {
        "request": {"status": "requested"},
        "accept": {"status": "yes", "answered_at": at},
        "postpone": {"status": "later", "answered_at": at, "later_on": asked.date()},
        "decline": {
            "status": "no",
            "answered_at": at,
            "refusal_reason": RefusalReason.TERRITORY,
            "retry_on": asked.date() + timedelta(days=180),
        },
        "release": {"status": "released", "released_at": at},
    }[verb]
