"""A form sent from somebody's own browser, and what is asked of two that were sent at once."""

import re

from django.test import Client

from mecenova.mail.models import OutgoingMail
from mecenova.workflow import journal


class Sent:
    """A form somebody sends, from their own browser."""

    def __init__(self, person, address, **data):
        self._client, self._address, self._data = Client(), address, data
        self._client.force_login(person)

    def __call__(self):
        self.answer = self._client.post(self._address, self._data, follow=True)

    @property
    def read(self):
        """What the page says, with its spaces as one types them."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.answer.text))


def verbs(subject):
    return [line.verb for line in journal.history(subject)]


def letters_are_each_one():
    told = list(OutgoingMail.objects.values_list("notification", "recipient", "subject", "text"))
    return len(told) == len(set(told))
