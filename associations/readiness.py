"""How complete an association's profile is, and what is missing, by name.

The dashboard, the mails and the rounds all read the same answer. With causes, audiences, territories and
expertise prefetched, and the organisation joined, nothing here makes a query.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import reverse

from associations.enums import Registry
from associations.models import Association, Project
from associations.models.complete import PURPOSE_MIN_LENGTH
from infotheque.models import Step
from mecenova.readiness import Completeness, Part, in_words


@dataclass(frozen=True)
class _Rule:
    part: Part
    is_filled: Callable[[Association], bool]
    concerns: Callable[[Association], bool] = lambda association: True


def _has_number(association: Association) -> bool:
    number = {
        Registry.RNA: association.rna,
        Registry.SIREN: association.siren,
        Registry.ALSACE_MOSELLE: association.court_entry,
    }
    return bool(association.registry and number[Registry(association.registry)])


RULES = (
    _Rule(
        Part(
            "purpose",
            "votre mission en deux phrases",
            f"Au moins {PURPOSE_MIN_LENGTH} caractères\u00a0: ce que vous faites, pour qui, avec quel effet.",
            "mission",
        ),
        lambda association: len(association.purpose.strip()) >= PURPOSE_MIN_LENGTH,
    ),
    _Rule(
        Part("causes", "vos causes", "Elles disent à quelles entreprises vous présenter.", "mission"),
        lambda association: bool(association.causes.all()),
    ),
    _Rule(
        Part("audiences", "vos publics", "Les personnes pour qui vous agissez.", "mission"),
        lambda association: bool(association.audiences.all()),
    ),
    _Rule(
        Part(
            "territories",
            "vos territoires d’action",
            "Une entreprise cherche souvent près de ses sites\u00a0: dites où vous agissez.",
            "territoires",
        ),
        lambda association: bool(association.territories.all()),
    ),
    _Rule(
        Part(
            "office",
            "le code postal du siège",
            "Il donne votre département.",
            "identite",
        ),
        lambda association: association.organisation.department_id is not None,
    ),
    _Rule(
        Part(
            "registry",
            "votre numéro d’immatriculation",
            "RNA, SIREN, ou inscription au registre d’Alsace-Moselle\u00a0: "
            "il est sur le récépissé de la préfecture ou du tribunal.",
            "identite",
        ),
        _has_number,
    ),
    _Rule(
        Part("size", "votre taille", "Bénévoles uniquement, ou le nombre de salariés.", "identite"),
        lambda association: bool(association.size),
    ),
    _Rule(
        Part(
            "general_interest",
            "votre situation d’intérêt général",
            "Elle décide si un don peut donner lieu à un reçu fiscal. «\u202fNon\u202f» est une réponse.",
            "position",
        ),
        lambda association: bool(association.general_interest),
        concerns=lambda association: not association.is_expert_only,
    ),
    _Rule(
        Part(
            "expertise",
            "l’expertise offerte",
            "Vous êtes présente comme experte\u00a0: dites sur quoi l’on peut vous consulter.",
            "expertise",
        ),
        lambda association: bool(association.expertise.all()),
        concerns=lambda association: association.is_expert_only,
    ),
)


# The field that says a part, where it bears another name.
FIELDS = {"office": "postal_code"}
# Of what has an `association`, what completeness asks of its lists: for `prefetch_related`.
ITS_LISTS = ("association__causes", "association__audiences", "association__territories")


def completeness(association: Association) -> Completeness:
    """What is filled in and what is not, in the order a person would fill it in."""
    concerned = [rule for rule in RULES if rule.concerns(association)]
    missing = tuple(rule.part for rule in concerned if not rule.is_filled(association))
    return Completeness(done=len(concerned) - len(missing), total=len(concerned), missing=missing)


def with_learning(found: Completeness, association: Association) -> Completeness:
    """The same, raised by the steps of the learning path that are done; what is missing stays what it was."""
    done, total = learned(association)
    return replace(found, further_done=done, further_total=total)


def where_to_say(association: Association, part: Part) -> str:
    """The page of its section, at its field: the others are not to be read through first."""
    section = reverse("associations:edit_section", args=[association.pk, part.anchor])
    return f"{section}#id_{FIELDS.get(part.key, part.key)}"


def learned(association: Association) -> tuple[int, int]:
    """How many steps of the learning paths are done, of how many."""
    organisation = association.organisation
    steps = Step.objects.written_for(organisation)
    total = steps.count()
    return total - steps.not_done_by(organisation).count(), total


def is_complete(association: Association) -> bool:
    return completeness(association).is_complete


def missing_in_words(association: Association) -> str:
    """« vos causes, vos publics et votre taille », or an empty text."""
    return in_words(completeness(association).missing)


def missing_from_project(project: Project) -> tuple[str, ...]:
    """What keeps a project from being published, each said as what to do."""
    needed = {
        "Ajoutez au moins une demande\u00a0: une entreprise doit savoir ce qu’elle peut apporter.": (
            project.asks.exists()
        ),
        "Décrivez le projet en quelques phrases avant de le publier.": bool(project.description.strip()),
    }
    return tuple(words for words, is_said in needed.items() if not is_said)
