"""How figures are put in words, in the singular too."""

import pytest

from mecenova.pages.observatory.figures import FIGURES, Group
from mecenova.pages.observatory.report import headline
from mecenova.pages.observatory.wording import duration

SHARE = next(figure for figure in FIGURES.values() if figure.is_share)
ANSWERS = FIGURES["introduction"]


@pytest.mark.parametrize(
    ("counted", "said"), [(1, "0 sur 1\u00a0association."), (7, "0 sur 7\u00a0associations.")]
)
def test_a_share_agrees_with_its_number(counted, said):
    assert headline(SHARE, Group(counted=counted), whole=True).note == said


@pytest.mark.parametrize(
    ("days", "said"), [(1.8, "1,8 jour"), (1.96, "2 jours"), (2.5, "2,5 jours"), (12, "12 jours")]
)
def test_under_two_is_singular_in_french(days, said):
    assert duration(days * 86400).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("ended", "missed", "said"),
    [
        (1, 1, "Sur 1\u00a0demande. Une autre a été libérée sans réponse."),
        (3, 2, "Sur 3\u00a0demandes. 2 autres ont été libérées sans réponse."),
    ],
)
def test_a_wait_agrees_with_its_numbers(ended, missed, said):
    group = Group(counted=ended + missed, ended=ended, missed=missed, half=90_000.0, nine_in_ten=180_000.0)
    assert headline(ANSWERS, group, whole=True).note.endswith(said)
