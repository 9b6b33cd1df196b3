"""The mails of matching: a daily digest of suggestions, what follows a no, the welcome, and the diagnosis."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse

from accounts.enums import OrganisationKind, Origin
from accounts.models import Organisation, User, team_of
from accounts.operations import check_promised_by
from accounts.policies import is_member
from associations.models import Association
from associations.readiness import completeness as association_completeness
from companies.models import Company, Need
from companies.readiness import NEED
from companies.readiness import completeness as company_completeness
from matching.applicant import applicant
from matching.enums import Choice, SuggestionStatus
from matching.explaining import CHOICES, facts_of, why
from matching.models import Diagnosis, Suggestion, SuggestionQuerySet
from matching.odds import case_of_association, odds, places_of, what_if
from matching.presented import presentations
from matching.suited import suited_needs, why_none
from mecenova.agenda.operations import next_step
from mecenova.agenda.slot_links import slots_path
from mecenova.mail.addresses import absolute_url
from mecenova.mail.links import link_for
from mecenova.mail.notifications import Notification, register_notification
from mecenova.readiness import Part

# Declared in links.py, a layer above.
INTEREST_LINK = "matching.interest"
DECLINE_LINK = "matching.decline"
CHOICE_LINKS = {choice: f"matching.choose_{choice}" for choice in Choice}
# A first mail is read to its end only if it is short.
WELCOME_NEEDS = 3
WELCOME_CHANGES = 3


@register_notification
class SuggestionsDigest(Notification):
    """Its subject is the person: one mail for all their companies. Its occurrence is the day it leaves."""

    name: ClassVar[str] = "matching.suggestions_digest"
    template: ClassVar[str] = "mail/matching/suggestions_digest.md"
    # Written in the night, read in the morning: what was answered meanwhile is no longer proposed.
    rendered_late: ClassVar[bool] = True

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        return self._entries(self._told(), recipient)

    def _told(self) -> SuggestionQuerySet:
        """What the rounds before that departure told of, and that may still be answered."""
        told = Suggestion.objects.wanted().filter(digested_at__isnull=False)
        return told.filter(digested_at__date=self.occurrence) if self.occurrence else told

    def _entries(self, suggestions: SuggestionQuerySet, recipient: User) -> dict[str, Any]:
        waiting = suggestions.for_companies_of(recipient).with_parties()
        entries = [
            {
                "suggestion": suggestion,
                "interest_url": link_for(INTEREST_LINK, suggestion, recipient),
                "decline_url": link_for(DECLINE_LINK, suggestion, recipient),
            }
            for suggestion in waiting.order_by(
                "company__organisation__name_key", "need__title", "-score", "pk"
            )
        ]
        return {"entries": entries, "list_url": absolute_url(reverse("matching:suggestions"))}

    def still_wanted(self, subject: User, recipient: User) -> bool:
        """Nothing left to answer, or no longer of the company: nothing to read."""
        return self._told().for_companies_of(recipient).exists()


@register_notification
class SuggestionDeclined(Notification):
    """To the association, in the letter of the week: it asked for nothing, and has nothing to answer."""

    name: ClassVar[str] = "matching.suggestion_declined"
    template: ClassVar[str] = "mail/matching/suggestion_declined.md"
    weekly: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = (
        "association__organisation",
        "company__organisation",
        "need",
        "project",
        "introduction",
    )
    reads_many: ClassVar[tuple[Any, ...]] = (team_of("association__organisation"),)

    def recipients(self, subject: Suggestion) -> Iterable[User]:
        return subject.association.organisation.active_members()

    def context(self, subject: Suggestion, recipient: User) -> dict[str, Any]:
        (presentation,) = presentations([subject], absolute=True)
        return {
            "suggestion": subject,
            "company": subject.company.organisation,
            "need": subject.need,
            "after_no": presentation.after_no,
            "presentations_url": absolute_url(reverse("matching:presentations")),
        }

    def still_wanted(self, subject: Suggestion, recipient: User) -> bool:
        """Not once the two are about to talk, or do, about the same need: that « no » is no news any more."""
        declined = subject.status == SuggestionStatus.DECLINED
        return subject.association.is_open_to_companies and declined and not subject.has_gone_on


class Welcome(Notification):
    """The first real answer, within the hour of a sign-up. Its subject is the organisation."""

    urgent: ClassVar[bool] = True
    reads_many: ClassVar[tuple[Any, ...]] = (team_of(),)

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return subject.active_members()


@register_notification
class AssociationWelcome(Welcome):
    name: ClassVar[str] = "matching.welcome"
    template: ClassVar[str] = "mail/matching/welcome_association.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        found = Association.objects.for_readiness().select_related("organisation__department__parent")
        association = found.get(organisation=subject)
        places, office = places_of(association), association.organisation.department
        case = case_of_association(association, places)
        odds_now, changes = what_if(case, office)
        suited = suited_needs(applicant(association), limit=WELCOME_NEEDS)
        why = why_none(association, suited)
        needs = Need.objects.select_related("company__organisation").in_bulk(
            [candidate.need.id for candidate in suited.candidates]
        )
        return {
            "organisation": subject,
            "taken_over": subject.origin == Origin.IMPORT,
            "checked_by": check_promised_by(subject),
            "odds": odds_now,
            "what_if": changes[:WELCOME_CHANGES],
            "places": [place.name for place in places],
            "nationwide": case.is_nationwide,
            "where": "dans toute la France" if case.is_nationwide else "près de vous",
            # It has said of no place that it acts there: its territories are asked for below.
            "from_office": places == [office] and not association.territories.all(),
            "causes": [cause.name for cause in association.causes.all()],
            "missing": association_completeness(association).missing,
            "needs": [
                (
                    needs[candidate.need.id],
                    absolute_url(reverse("companies:need_detail", args=[candidate.need.id])),
                )
                for candidate in suited.candidates
            ],
            "why_none": why,
            "why_none_url": absolute_url(why.url) if why and why.url else "",
            "profile_url": absolute_url(reverse("associations:edit", args=[association.pk])),
            "project_url": absolute_url(association.new_project_url),
            "understand_url": absolute_url(reverse("pages:understand")),
        }


@register_notification
class CompanyWelcome(Welcome):
    name: ClassVar[str] = "matching.company_welcome"
    template: ClassVar[str] = "mail/matching/welcome_company.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        company = Company.objects.with_details().get(organisation=subject)
        causes = list(company.policy.causes.all()) if company.has_policy else []
        missing = company_completeness(company).missing
        action, path = self._first_action(company, missing)
        return {
            "organisation": subject,
            "taken_over": subject.origin == Origin.IMPORT,
            "checked_by": check_promised_by(subject),
            "causes": [cause.name for cause in causes],
            "odds": odds(cause_ids=[cause.pk for cause in causes]),
            "missing": missing,
            "action": action,
            "action_url": absolute_url(path),
            "understand_url": absolute_url(reverse("pages:understand")),
        }

    def _first_action(self, company: Company, missing: tuple[Part, ...]) -> tuple[str, str]:
        """Where what is missing is said: a need is published once the policy is told."""
        if missing == (NEED,):
            return "Publier un besoin", company.new_need_url
        label = "Dire ce que vous soutenez" if missing else "Relire ce que vous soutenez"
        return label, reverse("companies:policy", args=[company.pk])


WELCOMES: dict[str, type[Welcome]] = {
    OrganisationKind.ASSOCIATION: AssociationWelcome,
    OrganisationKind.COMPANY: CompanyWelcome,
}


class AboutDiagnosis(Notification):
    """To the members of the association whose project found no company."""

    reads: ClassVar[tuple[str, ...]] = ("project__association__organisation",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of("project__association__organisation"),)

    def recipients(self, subject: Diagnosis) -> Iterable[User]:
        return subject.project.association.organisation.active_members()

    def context(self, subject: Diagnosis, recipient: User) -> dict[str, Any]:
        organisation = subject.project.association.organisation
        return {
            "diagnosis": subject,
            "project": subject.project,
            "recipient": recipient,
            "step": next_step(subject.project),
            "diagnosis_url": absolute_url(subject.get_absolute_url()),
            "slots_url": absolute_url(slots_path(organisation_id=organisation.pk, about=subject.project)),
        }

    def still_wanted(self, subject: Diagnosis, recipient: User) -> bool:
        association = subject.project.association
        return association.is_open_to_companies and is_member(recipient, association.organisation)


class ToChoose(AboutDiagnosis):
    """With the four choices, each a link."""

    def context(self, subject: Diagnosis, recipient: User) -> dict[str, Any]:
        choices = [
            (choice, CHOICES[choice], link_for(CHOICE_LINKS[choice], subject, recipient)) for choice in Choice
        ]
        return {**super().context(subject, recipient), "choices": choices}

    def still_wanted(self, subject: Diagnosis, recipient: User) -> bool:
        return subject.is_open and super().still_wanted(subject, recipient)


@register_notification
class DiagnosisWritten(ToChoose):
    """The whole of it, once."""

    name: ClassVar[str] = "matching.diagnosis"
    template: ClassVar[str] = "mail/matching/diagnosis.md"

    def context(self, subject: Diagnosis, recipient: User) -> dict[str, Any]:
        return {
            **super().context(subject, recipient),
            "why": why(subject),
            "facts": facts_of(subject),
            "steps": [{**step, "url": absolute_url(step["path"])} for step in subject.steps],
        }


@register_notification
class DiagnosisReminder(ToChoose):
    name: ClassVar[str] = "matching.diagnosis_reminder"
    template: ClassVar[str] = "mail/matching/diagnosis_reminder.md"


@register_notification
class ChoiceReminder(AboutDiagnosis):
    """The association chose to rewrite or to widen, and nothing has moved."""

    name: ClassVar[str] = "matching.choice_reminder"
    template: ClassVar[str] = "mail/matching/choice_reminder.md"

    def still_wanted(self, subject: Diagnosis, recipient: User) -> bool:
        step = next_step(subject.project)
        waits = step is not None and step.rule == f"matching.{subject.choice}"
        return waits and super().still_wanted(subject, recipient)
