"""The ranking before capacity, as a CSV file that a spreadsheet opens safely."""

import csv
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import TextIO

from matching.allocation import Ranking
from matching.network import Names
from matching.scoring import reasons
from mecenova.identifiers.spreadsheets import inert_line

COLUMNS = ("need", "company", "association", "rank", "score", "reasons", "presented")


def write_ranking(
    file: TextIO,
    rankings: Iterable[Ranking],
    names: Names,
    titles: Mapping[uuid.UUID, str],
    companies: Mapping[uuid.UUID, str],
    associations: Mapping[uuid.UUID, str],
    presented: Collection[tuple[uuid.UUID, uuid.UUID]],
    *,
    per_need: int,
) -> int:
    """One line per candidate, needs in the order of their titles; returns the number of lines."""
    writer = csv.writer(file, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    lines = 0
    for ranking in sorted(rankings, key=lambda ranking: (titles[ranking.need.id], ranking.need.id.bytes)):
        for position, candidate in enumerate(ranking.candidates[:per_need], start=1):
            need, association = candidate.need, candidate.association
            told = reasons(need, association, candidate.assessment, names.words)
            writer.writerow(
                (
                    inert_line(titles[need.id]),
                    inert_line(companies[need.company]),
                    inert_line(associations[association.id]),
                    position,
                    f"{candidate.assessment.total:.4f}",
                    inert_line(" ".join(told)),
                    "oui" if (need.id, association.id) in presented else "non",
                )
            )
            lines += 1
    return lines
