"""What the mails of a partnership say: who said what, for which side, and until which day."""

from datetime import timedelta

import pytest

from accounts.operations import withdraw_organisation
from mecenova.agenda import operations as agenda
from mecenova.mail.models import OutgoingMail
from mecenova.mail.rendering import render
from mecenova.ui.figures import long_date, short_date
from partnerships import operations
from partnerships.notifications import ReflectionGivenUp, ReflectionWritten
from tests.accounts.factories import StaffFactory
from tests.partnerships.talking import END, FIRST, LAST, SECOND, TODAY

pytestmark = pytest.mark.django_db


def told(name, recipient):
    mails = OutgoingMail.objects.filter(notification=f"partnerships.{name}", recipient=recipient)
    return mails.latest("created_at")


def written(notification, partnership, recipient):
    """A line of the weekly letter, by itself."""
    values = {"subject": partnership, "recipient": recipient}
    return render(notification.template, values | notification.context(partnership, recipient))


@pytest.fixture
def named(pair):
    pair.association.organisation.name = "Les Amis d’ici"
    pair.association.organisation.save()
    pair.company.organisation.name = "Atelier & Fils"
    pair.company.organisation.save()
    pair.asker.first_name, pair.asker.last_name = "Monique", "Roux"
    pair.asker.save()
    return pair


def test_a_person_is_named_with_the_side_they_speak_for(named, signed):
    signed.sign()
    text = told("partnership_agreed", signed.answerer).text
    assert "Monique Roux, des Amis d’ici, nous dit que le partenariat" in text


def test_who_gave_no_name_speaks_for_a_side_and_lends_no_address(named, signed):
    named.asker.first_name = named.asker.last_name = ""
    named.asker.save()
    signed.sign()
    text = told("partnership_agreed", signed.answerer).text
    assert "Les Amis d’ici nous dit que" in text
    assert named.asker.email not in text


def test_a_member_of_the_team_without_a_name_is_a_person(talk):
    talk.say(talk.asker, True)
    talk.go_to(talk.now() + timedelta(days=4))
    talk.say(talk.answerer, False)
    nameless = StaffFactory(first_name="", last_name="")
    operations.settle_talk(partnership=talk.partnership, talked=False, by=nameless, note="Vu.")
    text = told("partnership_returned", talk.asker).text
    assert "Une personne de l’équipe IMS vous a entendus" in text
    assert "l’équipe, de l’équipe" not in text


def test_whoever_stops_it_is_named(named, signed):
    operations.abandon_partnership(partnership=signed.partnership, by=signed.asker, note="Plus de budget.")
    assert "Monique Roux, des Amis d’ici, nous dit" in told("partnership_abandoned", signed.answerer).text


def test_the_subject_says_whether_it_goes_on(signed):
    signed.sign()
    operations.renew_partnership(
        partnership=signed.partnership, goes_on=True, by=signed.asker, ends_on=END + timedelta(days=30)
    )
    mail = told("partnership_renewed", signed.answerer)
    assert mail.subject.endswith("continue")
    assert f"jusqu’au {long_date(END + timedelta(days=30))}" in mail.text
    signed.now.advance(timedelta(days=1))
    operations.renew_partnership(partnership=signed.partnership, goes_on=False, by=signed.asker)
    assert told("partnership_renewed", signed.answerer).subject.endswith("s’arrêtera comme prévu")


def test_a_corrected_date_is_written_as_everywhere(signed, client):
    signed.sign(ends_on=None)
    operations.correct_signature(
        partnership=signed.partnership, signed_on=TODAY, ends_on=END, by=signed.answerer
    )
    assert f"jusqu’au {long_date(END)}" in told("signature_corrected", signed.asker).text
    client.force_login(signed.asker)
    page = client.get(signed.partnership.get_absolute_url()).text
    assert f"jusqu’au {short_date(END)}" in page
    assert f"{END:%d/%m/%Y}" not in page


def test_not_signed_yet_comes_with_the_day_of_the_question(named, signed):
    signed.sign()
    operations.contest_signature(partnership=signed.partnership, note="Non.", by=signed.answerer)
    assert told("signature_contested", signed.asker).subject.startswith("Atelier & Fils\u00a0: ")
    operations.settle_signature(
        partnership=signed.partnership, signed_on=None, ends_on=None, by=StaffFactory(), note="Pas encore."
    )
    asked_on = agenda.next_step(signed.partnership).due_at
    assert f"la question le {long_date(asked_on)}" in told("signature_settled", signed.asker).text


def test_the_question_says_on_which_day_it_comes_back(talk):
    for moment, again in ((FIRST, SECOND), (SECOND, LAST)):
        talk.go_to(moment)
        assert f"nous la reposerons à partir du {long_date(again)}" in told("talk_asked", talk.asker).text
    talk.go_to(LAST)
    last = told("talk_asked", talk.asker).text
    assert "reposerons" not in last
    assert "la dernière fois" in last


class TestAfterTheEnd:
    @pytest.fixture
    def over(self, signed):
        signed.sign()
        signed.now.advance(timedelta(days=1))
        operations.end_partnership(partnership=signed.partnership, by=signed.asker)
        signed.partnership.refresh_from_db()
        return signed

    def test_the_day_of_the_question_is_told(self, over):
        asked_on = agenda.next_step(over.partnership).due_at
        assert f"Le {long_date(asked_on)}, nous" in told("partnership_ended", over.answerer).text

    def test_your_turn_comes_with_its_last_day(self, over):
        operations.reflect(partnership=over.partnership, text="Trente jeunes.", by=over.asker)
        over.partnership.refresh_from_db()
        line = over.partnership.reflections.get()
        text = written(ReflectionWritten(str(line.pk)), over.partnership, over.answerer).text
        last_day = agenda.next_step(over.partnership).deadline
        assert f"À votre tour, au plus tard le {long_date(last_day)}" in text
        assert "quand vous voulez" not in text

    def test_who_left_is_named_and_the_day_that_stays(self, over):
        gone = over.company.organisation
        withdraw_organisation(organisation=gone, by=None)
        over.partnership.refresh_from_db()
        notification = ReflectionGivenUp(f"{over.partnership.reflection_moment}:{gone.pk}")
        said = written(notification, over.partnership, over.asker)
        last_day = agenda.next_step(over.partnership).deadline
        assert said.text.count(gone.name) == 1
        assert f"au plus tard le {long_date(last_day)}" in said.text
        # The key of a record since made part of another: nobody is called nothing.
        assert written(ReflectionGivenUp("evaluation:x"), over.partnership, over.asker).subject.startswith(
            "L’autre côté a quitté"
        )


def test_an_association_that_left_is_told_of_in_a_sentence_of_our_own(named, signed):
    withdraw_organisation(organisation=signed.association.organisation, by=None)
    text = told("partnership_abandoned", signed.answerer).text
    assert "> Les Amis" not in text
    assert "Les Amis d’ici a quitté Mecenova. Le partenariat" in text
