"""What the agenda finds due, what a company decides, and a departure, become operations here."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Organisation, User
from accounts.operations.departures import Ending
from accounts.operations.erasing import Erasing
from accounts.operations.merging import Merging
from accounts.signals import (
    organisation_erased,
    organisation_leaving,
    organisation_left,
    organisations_merging,
)
from associations.models import Association
from associations.signals import association_changed
from companies.models import Company, Need
from companies.signals import company_changed, need_closed, need_read
from infotheque.signals import shelf_loaded
from partnerships import operations, signals
from partnerships.asking import Standing, standing_before
from partnerships.models import Introduction, Partnership, Reflection
from partnerships.operations.merges import bring_partnerships_over


@receiver(organisation_erased)
def what_it_said_is_erased(*, erasing: Erasing, **kwargs: Any) -> None:
    """Its messages and those it was sent, which speak of it; of a partnership, its title and its account."""
    gone = erasing.organisation
    erasing.blank(Introduction.objects.involving(gone), "note", "answer_note")
    erasing.blank(Partnership.objects.filter(parties__organisation=gone), "title")
    erasing.blank(Reflection.objects.filter(organisation=gone), "text")


@receiver(signals.answer_overdue)
def release(sender: Any, introduction: Introduction, **kwargs: Any) -> None:
    operations.release_introduction(introduction=introduction)


@receiver(signals.later_has_come)
def rearm(sender: Any, introduction: Introduction, **kwargs: Any) -> None:
    operations.rearm_introduction(introduction=introduction)


@receiver(signals.place_expected)
def send_queued(sender: Any, introduction: Introduction, **kwargs: Any) -> None:
    operations.request_queued(company=introduction.company)
    operations.wait_for_next_month(introduction=introduction)


@receiver(signals.talk_day_has_come)
def ask_whether_they_talked(
    sender: Any, partnership: Partnership, turn: int, key: str, again_on: datetime | None, **kwargs: Any
) -> None:
    operations.ask_whether_they_talked(partnership=partnership, turn=turn, key=key, again_on=again_on)


@receiver(signals.talk_time_is_over)
def conclude_talk(sender: Any, partnership: Partnership, **kwargs: Any) -> None:
    operations.conclude_talk(partnership=partnership)


@receiver(signals.term_has_come)
def end_at_term(sender: Any, partnership: Partnership, **kwargs: Any) -> None:
    operations.end_partnership(partnership=partnership)


@receiver(signals.reflection_time_is_over)
def let_reflection_rest(sender: Any, partnership: Partnership, moment: str, **kwargs: Any) -> None:
    operations.let_reflection_rest(partnership=partnership, moment=moment)


@receiver(shelf_loaded)
def give_each_refusal_its_document(sender: Any, by: User, **kwargs: Any) -> None:
    operations.choose_first_documents(by=by)


@receiver(organisation_leaving)
def what_would_end(sender: Any, organisation: Organisation, **kwargs: Any) -> list[Ending]:
    return operations.what_leaving_would_end(organisation)


@receiver(organisation_left)
def end_what_was_under_way(
    sender: Any, organisation: Organisation, by: "User | None" = None, **kwargs: Any
) -> None:
    operations.follow_leaving(organisation=organisation, by=by)


@receiver(company_changed)
def use_new_places(sender: Any, company: Company, **kwargs: Any) -> None:
    """A company that looks at more associations a month first reads the requests already waiting."""
    operations.request_queued(company=company)


@receiver(association_changed)
def send_what_its_pause_kept(sender: Any, association: Association, **kwargs: Any) -> None:
    operations.retry_queued(association=association)


@receiver(need_read)
def tell_where_they_stand(sender: Any, need: Need, user: User, **kwargs: Any) -> Standing | None:
    return standing_before(user, need)


@receiver(need_closed)
def end_what_waited_for_it(sender: Any, need: Need, **kwargs: Any) -> None:
    operations.end_requests_about(need=need)


@receiver(organisations_merging)
def what_was_under_way_follows(sender: Any, merging: Merging, **kwargs: Any) -> None:
    bring_partnerships_over(merging=merging)
