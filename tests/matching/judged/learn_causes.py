"""Learns which words speak for which cause: `REAL_DATA=DIR python -m tests.matching.judged.learn_causes`.

Writes matching/scoring/cause_words.txt from a register whose grants tell a cause (their budget programme) and
from the thesaurus, whose words tell theirs. The judged associations are left out: they measure it.
"""

import math
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.matching.judged.apart import in_a_test_database

if TYPE_CHECKING:
    from matching.scoring import Lexicon

# Counted at first for every word and cause, so that the unseen is not impossible.
SMOOTHING = 1.0
# An expression of the thesaurus counts as so many texts.
THESAURUS = 3
# A word said by fewer associations could be somebody's name; the thesaurus holds none.
FEWEST = 5
# Weights below this, a word twice as likely, tell nothing; those above the other are held back.
LEAST, MOST = 0.7, 4.0

HEADER = """\
# Ce que les mots disent des causes : logarithme du rapport de leur fréquence, là et dans les autres causes.
# Écrit par tests/matching/judged/learn_causes.py ; ne se corrige pas à la main. Une racine par ligne :
# racine | cause poids, cause poids
"""

Text = tuple[frozenset[str], str]


def main() -> None:
    from matching.network.stems import stems_of_words
    from matching.scoring import Lexicon, vocabulary
    from tests.matching.judged.judgements import judged_rows
    from tests.matching.judged.register import read_register

    rows = read_register(Path(os.environ["REAL_DATA"]))
    lexicon = Lexicon(stems_of_words(vocabulary(f"{row.name} {row.purpose}" for row in rows)))
    judged = {row.key for row in judged_rows()}
    known = [
        (lexicon.telling_stems(f"{row.name} {row.purpose}"), next(iter(row.causes)))
        for row in rows
        if len(row.causes) == 1 and row.key not in judged
    ]
    weights = learnt(known, list(told_by_thesaurus(lexicon)))
    path = Path("matching/scoring/cause_words.txt")
    lines = (
        f"{stem} | {', '.join(f'{cause} {weight:.2f}' for cause, weight in sorted(weights[stem].items()))}\n"
        for stem in sorted(weights)
    )
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{len(known)} texts, {len(weights)} words, {sum(map(len, weights.values()))} weights in {path}")


def told_by_thesaurus(lexicon: "Lexicon") -> Iterable[Text]:
    from matching.scoring.themes import ACTION, PUBLIC, all_themes

    for theme in all_themes().values():
        if theme.facet in (ACTION, PUBLIC):
            for expression in theme.expressions:
                for cause in sorted(theme.causes):
                    yield lexicon.telling_stems(" ".join(expression)), cause


def learnt(texts: list[Text], thesaurus: list[Text]) -> dict[str, dict[str, float]]:
    """Log-odds of each word in each cause against all the others, from plain counts."""
    counts: dict[str, Counter[str]] = {}
    said: Counter[str] = Counter()
    for stems, cause in texts:
        counts.setdefault(cause, Counter()).update(stems)
        said.update(stems)
    for stems, cause in thesaurus:
        counts.setdefault(cause, Counter()).update(dict.fromkeys(stems, THESAURUS))
    kept = {stem for stem in said if said[stem] >= FEWEST and stem.isalpha()}
    kept |= {stem for stems, _ in thesaurus for stem in stems}
    inside = {cause: sum(counts[cause][stem] for stem in kept) for cause in counts}
    everywhere = {stem: sum(found[stem] for found in counts.values()) for stem in kept}
    total, smooth = sum(inside.values()), SMOOTHING * len(kept)
    weights: dict[str, dict[str, float]] = {}
    for stem in kept:
        for cause, found in counts.items():
            if not found[stem]:
                continue
            here = (found[stem] + SMOOTHING) / (inside[cause] + smooth)
            elsewhere = (everywhere[stem] - found[stem] + SMOOTHING) / (total - inside[cause] + smooth)
            weight = min(MOST, math.log(here / elsewhere))
            if weight >= LEAST:
                weights.setdefault(stem, {})[cause] = weight
    return weights


if __name__ == "__main__":
    in_a_test_database(main)
