"""Rules whose answers a test decides. The subject is a person; what a rule did is kept in `acted`."""

from mecenova.agenda.enums import Owner
from mecenova.agenda.operations import close, start
from mecenova.agenda.rules import Letter, Rule, register_rule
from tests.mail import notifications_for_tests

acted: list[tuple[str, int]] = []


class Recorded(Rule):
    def what(self, subject):
        return f"Répondre à {getattr(subject, 'first_name', subject)}"

    def still_relevant(self, subject):
        return getattr(subject, "last_name", "") != "Répondu"

    def act(self, subject, follow_up):
        acted.append((self.name, follow_up.occurrence))


@register_rule
class Answer(Recorded):
    """Owed by an organisation, which here has the key of the subject."""

    name = "tests.answer"
    owner = Owner.ORGANISATION
    days = (2, 5, 9, 15)

    def organisation_id(self, subject):
        return subject.pk


@register_rule
class Tell(Answer):
    """Only writes, until its last day."""

    name = "tests.tell"

    def letters(self, subject, follow_up):
        if follow_up.occurrence == self.days[-1]:
            return None
        return (Letter(notifications_for_tests.Weekly, subject, follow_up.turn),)


@register_rule
class Check(Recorded):
    name = "tests.check"
    owner = Owner.STAFF
    days = (3, 5, 10)
    deadline_day = 3


@register_rule
class Release(Recorded):
    """Takes something away once the promised day is over."""

    name = "tests.release"
    owner = Owner.ORGANISATION
    days = (2, 5)
    leaves_the_day = True

    def organisation_id(self, subject):
        return subject.pk


@register_rule
class News(Recorded):
    """Not a step: goes on beside it, again and again."""

    name = "tests.news"
    is_step = False
    days = (9,)
    every = 30


@register_rule
class Remains(Recorded):
    """In calendar days."""

    name = "tests.remains"
    days = (60, 120)


@register_rule
class AtOnce(Recorded):
    name = "tests.at_once"
    is_step = False
    days = (0, 1)


@register_rule
class GivenDate(Recorded):
    """Back every five days once that day is over."""

    name = "tests.given_date"
    is_step = False
    days = (0,)
    every = 5


@register_rule
class Broken(Recorded):
    name = "tests.broken"
    is_step = False
    days = (1,)

    def act(self, subject, follow_up):
        subject.first_name = "never kept"
        subject.save()
        raise ZeroDivisionError("broken")


@register_rule
class Releases(Recorded):
    """Its last act moves the subject to another step."""

    name = "tests.releases"
    days = (1,)

    def act(self, subject, follow_up):
        super().act(subject, follow_up)
        start(Check, subject)


@register_rule
class Ends(Recorded):
    """Its first act closes everything."""

    name = "tests.ends"
    days = (1, 2)

    def act(self, subject, follow_up):
        super().act(subject, follow_up)
        close(subject)


@register_rule
class OneAnswers(Recorded):
    """Owed by one person, the subject itself."""

    name = "tests.one_answers"
    owner = Owner.ORGANISATION
    days = (3, 12)

    def assigned_to(self, subject):
        return subject
