"""Named sets of weights: the present score, and others to compare it with. Never used to present anybody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose, isfinite
from pathlib import Path

from matching.scoring import SCORE_VERSION, WEIGHTS
from mecenova.workflow.errors import DomainError


@dataclass(frozen=True, slots=True)
class Weighting:
    version: str
    weights: Mapping[str, float]


class UnknownWeights(DomainError):
    """No such version, or a file that does not say one."""


def _version(name: str, **weights: float) -> Weighting:
    return Weighting(name, {**dict.fromkeys(WEIGHTS, 0.0), **weights})


# What is told of them is in docs/algorithms/matching.md.
VERSIONS: dict[str, Weighting] = {
    weighting.version: weighting
    for weighting in (
        Weighting(SCORE_VERSION, WEIGHTS),
        _version(
            "causes",
            theme=0.10,
            cause=0.42,
            text=0.22,
            place=0.08,
            audience=0.04,
            skills=0.05,
            amount=0.04,
            clarity=0.05,
        ),
        _version(
            "proximite",
            theme=0.10,
            cause=0.20,
            text=0.32,
            place=0.24,
            audience=0.04,
            skills=0.05,
            amount=0.04,
            clarity=0.01,
        ),
    )
}


def weighting_named(version: str) -> Weighting:
    found = VERSIONS.get(version)
    if found is None:
        raise UnknownWeights(
            f"Aucun score ne s’appelle «\u202f{version}\u202f»\u00a0: choisissez parmi {', '.join(VERSIONS)}."
        )
    return found


def read_weighting(path: Path) -> Weighting:
    """A JSON file: {"version": "essai", "weights": {"text": 0.5, …}}; every part once, a sum of 1."""
    try:
        told = json.loads(path.read_text("utf-8"))
        version, weights = str(told["version"]), {name: float(each) for name, each in told["weights"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownWeights(
            f"Le fichier {path} ne se lit pas\u00a0: il faut «\u202fversion\u202f» et «\u202fweights\u202f»."
        ) from error
    if set(weights) != set(WEIGHTS):
        raise UnknownWeights(
            f"Il faut un poids pour chaque terme, et pas d’autre\u00a0: {', '.join(WEIGHTS)}."
        )
    if not all(isfinite(each) and each >= 0 for each in weights.values()) or not isclose(
        sum(weights.values()), 1, abs_tol=0.001
    ):
        raise UnknownWeights("Chaque poids va de 0 à 1, et leur somme fait 1.")
    return Weighting(version, weights)
