"""Did you talk? What the two answers mean together: one small table, and nothing else."""

from enum import StrEnum

# The working days on which both sides are asked, then the day on which silence is an answer too.
TURNS = (3, 10, 21)
LAST_TURN = TURNS[-1]
CONCLUSION_DAY = 26


class Said(StrEnum):
    """What one side has said. A yes stays; a no holds for its turn, then the question is asked again."""

    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


class Phase(StrEnum):
    """Whether the question will be asked again, has been asked for the last time, or is over."""

    ASKING = "asking"
    LAST = "last"
    OVER = "over"


class Verdict(StrEnum):
    """What comes next."""

    WAIT = "wait"
    TALKED = "talked"
    DISAGREE = "disagree"
    RETURN = "return"


_ALWAYS = {
    (Said.YES, Said.YES): Verdict.TALKED,
    (Said.NO, Said.YES): Verdict.DISAGREE,
}
# « Nobody contradicts a yes » ends the third line: a person is called only when the two answers differ.
_BY_PHASE = {
    (Said.NO, Said.NO): (Verdict.WAIT, Verdict.RETURN, Verdict.RETURN),
    (Said.NO, Said.NOTHING): (Verdict.WAIT, Verdict.WAIT, Verdict.RETURN),
    (Said.NOTHING, Said.YES): (Verdict.WAIT, Verdict.WAIT, Verdict.TALKED),
    (Said.NOTHING, Said.NOTHING): (Verdict.WAIT, Verdict.WAIT, Verdict.RETURN),
}


def compare(one: Said, other: Said, phase: Phase) -> Verdict:
    """Whichever side said which changes nothing."""
    pair = (min(one, other), max(one, other))
    return _ALWAYS[pair] if pair in _ALWAYS else _BY_PHASE[pair][list(Phase).index(phase)]


def phase_of(turn: int) -> Phase:
    """`turn` is the last day on which they were asked."""
    return Phase.LAST if turn >= LAST_TURN else Phase.ASKING
