"""What mails are about, read at once for all that leave together."""

import pytest

from accounts.notifications import OrganisationChecked
from associations.notifications import MissingParts, ReviewProject
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import registered
from mecenova.mail.operations import queue
from mecenova.mail.subjects import read_subjects
from partnerships.notifications import IntroductionRequested
from tests.accounts.factories import OrganisationFactory
from tests.associations.factories import ProjectFactory
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Welcome
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def about(notification, subject):
    """A mail to somebody, as `read_subjects` finds it."""
    return OutgoingMailFactory(notification=notification.name, about=subject, recipient=PersonFactory())


def test_each_kind_costs_a_query_and_the_teams_of_all_one(query_count):
    introduction = IntroductionFactory()
    mails = [
        about(OrganisationChecked, introduction.company.organisation),
        about(IntroductionRequested, introduction),
        about(ReviewProject, ProjectFactory(association=introduction.association)),
    ]
    again = [OutgoingMail.objects.get(pk=mail.pk) for mail in mails]
    assert query_count(lambda: read_subjects(again)) == len(mails) + 1
    asked, answering = again[1].about.association.organisation, again[1].about.company.organisation
    teams = [again[0].about, asked, answering, again[2].about.association.organisation]
    assert query_count(lambda: [team.active_members() for team in teams]) == 0


def test_a_list_belongs_to_what_is_read_with_the_subject():
    """Otherwise who has it would be read again for each mail."""
    for notification in registered():
        for lookup in notification.reads_many:
            path = getattr(lookup, "prefetch_through", lookup).rpartition("__")[0]
            whole = f"{path}__"
            assert not path or any(f"{read}__".startswith(whole) for read in notification.reads), notification


def test_a_list_that_nobody_has_any_more_stops_no_mail():
    """The lists of its association, of an organisation that has none any more."""
    about(MissingParts, OrganisationFactory())
    queue(Welcome, PersonFactory())
    assert deliver_due() == {Delivery.SENT: 1, Delivery.CANCELLED: 1}
