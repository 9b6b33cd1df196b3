"""A mail opened three days late: what happened since, in words, and the page where it is read."""

import pytest

from mecenova.agenda.operations import next_step
from mecenova.mail.links import link_for
from mecenova.ui.figures import long_date
from partnerships import operations
from partnerships.links import AnswerLink, TalkLink
from tests.partnerships.talking import FIRST, TODAY
from tests.reading import plain, shown

pytestmark = pytest.mark.django_db

INTERNAL = ("Son état", "L’état", "libérée", "déclinée", "abandonné", "revenu à la recherche")


def opened(client, link, subject, person):
    """From the mail, signed out."""
    address = link_for(link, subject, person)
    return client.get(address[address.index("/lien/") :])


@pytest.fixture
def late(client, pair):
    """The page of the request's link, whatever became of it."""

    def read(introduction):
        introduction.refresh_from_db()
        answer = opened(client, AnswerLink, introduction, pair.answerer)
        assert answer.status_code == 410
        page = shown(answer)
        assert not any(word in page for word in INTERNAL)
        assert introduction.get_absolute_url() in answer.text
        return page

    return read


def test_a_colleague_has_answered_yes(pair, late):
    introduction = pair.ask()
    operations.accept_introduction(introduction=introduction, by=pair.answerer)
    assert f"{pair.company.organisation.name} a répondu oui le " in late(introduction)


def test_a_colleague_has_answered_no(pair, late):
    introduction = pair.ask()
    operations.decline_introduction(introduction=introduction, reason="timing", by=pair.answerer)
    assert f"{pair.company.organisation.name} a répondu non le " in late(introduction)


def test_it_was_withdrawn(pair, late):
    introduction = pair.ask()
    operations.withdraw_introduction(introduction=introduction, by=pair.asker, note="")
    assert f"{pair.association.organisation.name} l’a retirée le " in late(introduction)


def test_nobody_answered_in_time(pair, late):
    introduction = pair.ask()
    operations.release_introduction(introduction=introduction)
    assert "elle est close depuis le " in late(introduction)


def test_the_page_of_the_link_says_until_when_as_its_mail_does(client, pair):
    introduction = pair.ask()
    page = shown(opened(client, AnswerLink, introduction, pair.answerer))
    assert "À répondre au plus tard le" in page
    assert plain(long_date(next_step(introduction).deadline)) in page


class TestTheTalk:
    @pytest.fixture
    def late(self, client, talk):
        def read():
            talk.partnership.refresh_from_db()
            answer = opened(client, TalkLink, talk.partnership, talk.asker)
            assert answer.status_code == 410
            assert talk.partnership.get_absolute_url() in answer.text
            assert not any(word in shown(answer) for word in INTERNAL)
            return shown(answer)

        return read

    def test_it_says_until_when_as_its_mail_does(self, client, talk):
        talk.go_to(FIRST)
        page = shown(opened(client, TalkLink, talk.partnership, talk.asker))
        assert "au soir du jeudi 7 janvier 2027, chacun sera libre" in page

    def test_whoever_said_yes_is_not_told_that_silence_frees_everybody(self, client, talk):
        """Nobody contradicts a yes: without a word of the other side, they did talk."""
        talk.go_to(FIRST)
        talk.say(talk.asker, True)
        page = shown(opened(client, TalkLink, talk.partnership, talk.asker))
        assert "vous n’avez plus rien à faire" in page
        assert "libre de chercher ailleurs" not in page
        assert "libre de chercher ailleurs" in shown(
            opened(client, TalkLink, talk.partnership, talk.answerer)
        )

    def test_two_answers_that_differ_the_page_says_who_calls_and_when(self, client, talk):
        talk.go_to(FIRST)
        talk.say(talk.asker, True)
        talk.say(talk.answerer, False)
        for person in (talk.asker, talk.answerer):
            page = shown(opened(client, TalkLink, talk.partnership, person))
            assert "vous appelle tous les deux au plus tard le mardi 1er décembre 2026" in page

    def test_both_have_said_yes(self, talk, late):
        talk.go_to(FIRST)
        for person in (talk.asker, talk.answerer):
            talk.say(person, True)
        assert "vous vous êtes parlé, c’est noté depuis le jeudi 26 novembre 2026" in late()

    def test_each_is_free_again(self, talk, late):
        operations.return_to_matching(partnership=talk.partnership)
        assert "l’échange n’a pas eu lieu, et chacun est libre de chercher ailleurs" in late()

    def test_it_is_signed_or_contested(self, talk, late):
        operations.agree_partnership(
            partnership=talk.partnership, signed_on=TODAY, ends_on=None, by=talk.asker
        )
        assert "ce partenariat est signé" in late()
        operations.contest_signature(partnership=talk.partnership, note="Non.", by=talk.answerer)
        assert "vous appelle d’abord, tous les deux" in late()

    def test_not_yet_comes_with_the_day_of_the_next_question(self, client, talk):
        talk.go_to(FIRST)
        address = link_for(TalkLink, talk.partnership, talk.asker)
        done = client.post(address[address.index("/lien/") :], {"talked": "not_yet"})
        assert "Nous vous reposerons la question le lundi 7 décembre 2026" in shown(done)

    def test_before_the_first_question_the_page_says_its_day(self, client, talk):
        client.force_login(talk.asker)
        page = shown(client.get(talk.partnership.get_absolute_url()))
        assert "Nous vous poserons aussi la question le jeudi 26 novembre 2026" in page
