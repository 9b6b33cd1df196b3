"""Three concrete steps for a project that found no company, in the order of what helps most.

Each candidate has a weight; the three heaviest are kept. From heavy to light:

| weight | step | when |
|---|---|---|
| 100 + companies | what companies' own reasons ask for | they said no, because |
| 90 | finish the profile | parts are missing |
| 60 + needs | answer the open needs oneself | its page of needs lists some it has not written to |
| 40 + needs | ask for another kind | more needs would suit |
| 35 | rewrite | companies opened it and did not go on |
| 20 + needs, at most 39 | act in another place | more needs would suit |
| 12 | write to a company | some support its causes, there, under its kinds |
| 11, 10, 9 | read a guide, ask for another form, look at every need | always possible |
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from associations.models import Project
from associations.readiness import completeness
from matching.applicant import Applicant, applicant
from matching.findings import Findings, ground_of, in_plain_numbers
from matching.openings import OF_KIND, Opening, kinds_it_accepts, openings_under, wider_places
from matching.suited import needs_to_answer
from mecenova.readiness import in_words
from partnerships.enums import RefusalReason

KEPT = 3
MOST_WEIGHT_OF_NUMBERS = 19

# The words of the page it leads to; those of the choice are « Réécrire le projet ».
EDIT = "Modifier le projet"

# What a reason is about; those left out are about the company alone.
SUBJECT_OF: dict[str, str] = {
    RefusalReason.UNCLEAR: "words",
    RefusalReason.QUESTION: "words",
    RefusalReason.ROLES: "words",
    RefusalReason.AMOUNT: "asks",
    RefusalReason.QUANTITY: "asks",
    RefusalReason.TRANSPORT: "asks",
    RefusalReason.DURATION: "asks",
    RefusalReason.SCHEDULE: "asks",
    RefusalReason.KIND: "kind",
    RefusalReason.NO_SUCH_GOODS: "kind",
    RefusalReason.NO_SUCH_SKILL: "kind",
    RefusalReason.NO_VOLUNTEERS: "kind",
    RefusalReason.TERRITORY: "place",
    RefusalReason.TIMING: "timing",
    RefusalReason.BUDGET_SPENT: "timing",
    RefusalReason.TEAM_BUSY: "timing",
}
AFTER_A_NO: dict[str, tuple[str, str]] = {
    "words": ("dites pour qui, où, quand, avec qui, et ce que l’aide changera.", EDIT),
    "asks": (
        "découpez la demande en plusieurs lots, que plusieurs entreprises peuvent prendre.",
        "Revoir les demandes",
    ),
    "kind": ("ajoutez une demande sous une autre forme.", "Ajouter une demande"),
    "place": ("vérifiez les territoires où vous agissez vraiment.", "Revoir les territoires"),
    "timing": (
        "revenez-y dans quelques mois, les budgets se décident souvent à l’automne.",
        "Voir mes mises en relation",
    ),
    "company": (
        "ce n’est pas votre projet qui est en cause. Regardez ce que d’autres entreprises cherchent.",
        "Voir tous les besoins",
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the page where it is done. `key` says what it is about: one step for each."""

    key: str
    weight: int
    text: str
    label: str
    path: str

    def stored(self) -> dict[str, str]:
        return {"key": self.key, "text": self.text, "label": self.label, "path": self.path}


def three_steps(project: Project, findings: Findings) -> list[Step]:
    """Three, always, on three different subjects."""
    candidates = sorted(
        [
            *_said_by_companies(project, findings),
            *_about_the_profile(project),
            *_about_the_needs(project),
            *_about_the_words(project, findings),
            *_always(project, findings),
        ],
        key=lambda step: -step.weight,
    )
    kept: dict[str, Step] = {}
    for step in candidates:
        kept.setdefault(step.key, step)
    return list(kept.values())[:KEPT]


def _said_by_companies(project: Project, findings: Findings) -> list[Step]:
    return [
        _for_reason(project, RefusalReason(reason), number) for reason, number in findings.refusals.items()
    ]


def _for_reason(project: Project, reason: RefusalReason, number: int) -> Step:
    label = reason.label[:1].lower() + reason.label[1:]
    companies = f"{number} entreprises nous ont" if number > 1 else "Une entreprise nous a"
    said = f"{companies} répondu «\u202f{label}\u202f»"
    key = SUBJECT_OF.get(reason, "company")
    action, words = AFTER_A_NO[key]
    paths = {
        "words": _edit(project),
        "asks": project.get_absolute_url(),
        "kind": _new_ask(project),
        "place": reverse("associations:edit_section", args=[project.association_id, "territoires"]),
        "timing": reverse("partnerships:introductions"),
        "company": reverse("companies:need_list"),
    }
    return Step(key, 100 + number, f"{said}\u00a0: {action}", words, paths[key])


def _about_the_profile(project: Project) -> list[Step]:
    missing = completeness(project.association).missing
    if not missing:
        return []
    return [
        Step(
            "profile",
            90,
            f"Complétez votre fiche\u00a0: il manque {in_words(missing)}. Une entreprise lit cela d’abord.",
            "Compléter la fiche",
            reverse("associations:edit", args=[project.association_id]),
        )
    ]


def _about_the_needs(project: Project) -> list[Step]:
    """Answer now, ask for another kind, act elsewhere: counted as the pages they lead to count."""
    one = applicant(project.association)
    return [*_answer_now(project, needs_to_answer(one)), *_opened(project, one)]


def _answer_now(project: Project, number: int) -> list[Step]:
    if not number:
        return []
    suit = in_plain_numbers(number, "besoin ouvert vous convient", "besoins ouverts vous conviennent")
    return [
        Step(
            "needs",
            60 + _weight(number),
            f"Écrivez la première\u00a0: {suit}. Répondre va plus vite qu’attendre.",
            "Voir les besoins pour vous",
            # Of this association, when the person has several.
            f"{reverse('matching:suited_needs')}?association={project.association_id}",
        )
    ]


def _opened(project: Project, one: Applicant) -> list[Step]:
    """Another kind, unless the association refuses it, and another place: the heaviest of each is kept."""
    changes = [*kinds_it_accepts(one), *wider_places(one.association, one.side)]
    suited, openings = openings_under(one, changes)
    return [
        _other_kind(project, opening, opening.needs - suited.total())
        if opening.sort == "kind"
        else _elsewhere(opening, opening.needs - suited.total())
        for opening in openings
    ]


def _other_kind(project: Project, opening: Opening, gain: int) -> Step:
    return Step(
        "kind",
        40 + _weight(gain),
        f"Ajoutez une demande {OF_KIND[opening.kind]}\u00a0: {_would_suit(gain)}.",
        "Ajouter cette demande",
        f"{_new_ask(project)}?forme={opening.kind}",
    )


def _elsewhere(opening: Opening, gain: int) -> Step:
    return Step(
        "place",
        20 + _weight(gain),
        f"{opening.label}, {_would_suit(gain)}. Ne le dites que si c’est vrai.",
        opening.action,
        opening.url,
    )


def _would_suit(gain: int) -> str:
    return in_plain_numbers(
        gain, "besoin ouvert de plus vous conviendrait", "besoins ouverts de plus vous conviendraient"
    )


def _about_the_words(project: Project, findings: Findings) -> list[Step]:
    silent = findings.seen - findings.answered
    if silent <= 0:
        return []
    return [
        Step(
            "words",
            35,
            f"{'Une entreprise a' if silent == 1 else f'{silent} entreprises ont'} ouvert votre projet sans "
            "aller plus loin\u00a0: réécrivez le titre et les deux premières lignes. On lit cela d’abord.",
            EDIT,
            _edit(project),
        )
    ]


def _always(project: Project, findings: Findings) -> list[Step]:
    number = findings.companies_compatible
    elsewhere = Step(
        "needs",
        9,
        "Parcourez tous les besoins ouverts\u00a0: un autre angle du projet répond peut-être à l’un d’eux.",
        "Voir tous les besoins",
        reverse("companies:need_list"),
    )
    write = Step(
        "write",
        12,
        "Écrivez vous-même à une entreprise\u00a0: "
        f"{in_plain_numbers(number, 'soutient', 'soutiennent')} vos causes, sur votre territoire et sous "
        "la forme que vous demandez.",
        "Voir les entreprises",
        _companies_near(project),
    )
    return [
        write if number else elsewhere,
        Step(
            "words",
            11,
            "Relisez votre projet avec un guide de l’infothèque\u00a0: un titre court, une action, une date.",
            "Trouver un guide",
            f"{reverse('infotheque:list')}?{urlencode({'q': 'présenter son projet'})}",
        ),
        Step(
            "kind",
            10,
            "Demandez aussi autre chose\u00a0: une deuxième demande, d’une autre forme, s’adresse à d’autres "
            "entreprises.",
            "Ajouter une demande",
            _new_ask(project),
        ),
    ]


def _weight(number: int) -> int:
    """More is better, up to a point: a number never outweighs the line above it."""
    return min(number, MOST_WEIGHT_OF_NUMBERS)


def _companies_near(project: Project) -> str:
    """The list, narrowed to those that the sentence counts, and to an open door."""
    ground = ground_of(project)
    narrowed = {
        "cause": sorted(cause.slug for cause in ground.causes),
        "territoire": [place.code for place in ground.places],
        "forme": ground.kinds,
        "ouvertes": ["on"],
    }
    return f"{reverse('companies:list')}?{urlencode(narrowed, doseq=True)}"


def _edit(project: Project) -> str:
    return reverse("associations:project_edit", args=[project.pk])


def _new_ask(project: Project) -> str:
    return reverse("associations:ask_create", args=[project.pk])
