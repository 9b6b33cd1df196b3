"""The edges of what a server's refusal means, and of the waits between two presentations."""

import smtplib
from datetime import timedelta

import pytest

from mecenova.mail.outcomes import FIRST_WAIT, LONGEST_WAIT, Outcome, back_off, judge


@pytest.mark.parametrize(("code", "outcome"), [(499, Outcome.LATER), (500, Outcome.REFUSED)])
def test_from_500_on_it_is_for_good(code, outcome):
    said = smtplib.SMTPDataError(code, b"no")
    assert judge(said, knows_outcomes=True).outcome == outcome
    why = b"5.1.1 unknown" if code >= 500 else b"4.1.1 not now"
    refused = judge(smtplib.SMTPRecipientsRefused({"awa@exemple.test": (code, why)}), knows_outcomes=True)
    assert (refused.outcome, refused.about_recipient) == (outcome, code >= 500)


@pytest.mark.parametrize("attempts", [0, 1, 2, 5, 9, 10, 16, 10_000])
def test_the_wait_doubles_up_to_six_hours_a_third_sooner_or_later(attempts):
    nominal = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT)
    drawn = [back_off(attempts) for _ in range(200)]
    assert min(drawn) >= nominal * 2 / 3 - timedelta(microseconds=1)
    assert max(drawn) <= nominal * 4 / 3 + timedelta(microseconds=1)
    # Mails that a server has refused together do not come back together.
    assert min(drawn) < nominal * 0.9 < nominal * 1.1 < max(drawn)
