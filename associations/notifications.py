"""What an association is written about its profile and its projects, asked again before each mail leaves."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse

from accounts.models import Organisation, User, team_of
from accounts.policies import is_member
from associations.enums import ProjectStatus, Stance
from associations.models import Project
from associations.readiness import ITS_LISTS, completeness
from associations.starters import starter_for
from infotheque.models import Step
from mecenova.agenda.operations import next_step
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.mail.addresses import absolute_url
from mecenova.mail.enums import Category
from mecenova.mail.groups import register_group
from mecenova.mail.notifications import Notification, register_notification

LEARNING = register_group(
    "learning",
    "Apprendre le mécénat",
    "De courtes leçons aux associations, au fil de leurs premiers mois, pour que les entreprises les "
    "comprennent mieux.",
)


# The step after which the team calls (`followups.profile`).
COMPLETING = "associations.complete_profile"


class ToAssociation(Notification):
    """To each member of the organisation, as long as it is here and wishes to be written to."""

    category = Category.SERVICE
    reads = ("association",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of(),)

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return subject.active_members()

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        association = subject.association
        return {
            "organisation": subject,
            "recipient": recipient,
            "edit_url": absolute_url(reverse("associations:edit", args=[association.pk])),
            "project_url": absolute_url(association.new_project_url),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        wishes_mail = subject.association.wishes_mail
        return subject.left_at is None and wishes_mail and is_member(recipient, subject)


class WhileIncomplete(ToAssociation):
    reads_many: ClassVar[tuple[Any, ...]] = (*ToAssociation.reads_many, *ITS_LISTS)

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        found = completeness(subject.association)
        return {**super().context(subject, recipient), "completeness": found, "missing": found.missing}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        incomplete = not completeness(subject.association).is_complete
        return incomplete and super().still_wanted(subject, recipient)


@register_notification
class MissingParts(WhileIncomplete):
    """Queued with `offered_from` as context: the day from which a person's time is offered."""

    name = "associations.missing_parts"
    template = "mail/associations/missing_parts.md"


@register_notification
class PersonSlot(WhileIncomplete):
    name = "associations.person_slot"
    template = "mail/associations/person_slot.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        path, step = slots_path(organisation_id=subject.pk, about=subject), next_step(subject)
        return {
            **super().context(subject, recipient),
            "slots_url": absolute_url(path),
            # Before it is checked, the step is another, after which nobody calls about this.
            "called_from": step.due_at if step and step.rule == COMPLETING else None,
        }


@register_notification
class FirstLesson(ToAssociation):
    name = "associations.first_lesson"
    category = Category.INFORMATION
    group = LEARNING.slug
    weekly = True
    template = "mail/associations/first_lesson.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        lesson = Step.objects.next_for(subject)
        return {
            **super().context(subject, recipient),
            "lesson": lesson.title if lesson else "",
            "lesson_url": absolute_url(lesson.get_absolute_url()) if lesson else "",
            "understand_url": absolute_url(reverse("pages:understand")),
            "library_url": absolute_url(reverse("infotheque:list")),
        }


@register_notification
class PublishProject(ToAssociation):
    """The first words of a project of its cause, for a kind that changes from one mail to the next.

    The rule that queues it gives as context its `turn`, how many were sent before, and what follows.
    """

    name = "associations.publish_project"
    template = "mail/associations/publish_project.md"

    def values(self, subject: Organisation, recipient: User, context: dict[str, Any]) -> dict[str, Any]:
        found = starter_for(subject.association, context.get("turn", 0))
        url = absolute_url(f"{subject.association.new_project_url}&modele={found.kind}")
        return {**super().values(subject, recipient, context), "starter": found, "starter_url": url}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        none_yet = not subject.association.projects.published().exists()
        return none_yet and super().still_wanted(subject, recipient)


@register_notification
class PauseOver(ToAssociation):
    name = "associations.pause_over"
    template = "mail/associations/pause_over.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        section = reverse("associations:edit_section", args=[subject.association.pk, "position"])
        return {
            **super().context(subject, recipient),
            "position_url": absolute_url(section),
            "step": next_step(subject),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        association = subject.association
        resumed = association.stance == Stance.PAUSED and not association.is_paused
        return resumed and subject.left_at is None and is_member(recipient, subject)


class AboutProject(Notification):
    category = Category.SERVICE
    reads = ("association__organisation",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of("association__organisation"),)
    status: ProjectStatus

    def recipients(self, subject: Project) -> Iterable[User]:
        return subject.association.organisation.active_members()

    def context(self, subject: Project, recipient: User) -> dict[str, Any]:
        return {
            "project": subject,
            "recipient": recipient,
            "project_url": absolute_url(reverse("associations:project_detail", args=[subject.pk])),
            "has_asks": subject.asks.exists(),
        }

    def still_wanted(self, subject: Project, recipient: User) -> bool:
        organisation = subject.association.organisation
        open_to_mail = organisation.left_at is None and subject.association.wishes_mail
        return subject.status == self.status and open_to_mail and is_member(recipient, organisation)


@register_notification
class FinishProject(AboutProject):
    name = "associations.finish_project"
    template = "mail/associations/finish_project.md"
    status = ProjectStatus.DRAFT


@register_notification
class DraftPutAway(AboutProject):
    name = "associations.draft_put_away"
    weekly = True
    template = "mail/associations/draft_put_away.md"
    status = ProjectStatus.CLOSED


class AboutPublished(AboutProject):
    status = ProjectStatus.PUBLISHED

    def context(self, subject: Project, recipient: User) -> dict[str, Any]:
        step = next_step(subject)
        return {
            **super().context(subject, recipient),
            "pause_url": absolute_url(reverse("associations:project_pause", args=[subject.pk])),
            # Once diagnosed, the step is another.
            "reviewed_on": next_sending_time(step.due_at)
            if step and step.rule == ReviewProject.name
            else None,
        }


@register_notification
class ProjectPauseOver(AboutPublished):
    name = "associations.project_pause_over"
    template = "mail/associations/project_pause_over.md"


@register_notification
class ReviewProject(AboutPublished):
    """Of the same name as the rule that asks for it."""

    name = "associations.review_project"
    weekly = True
    template = "mail/associations/review_project.md"
