"""What a company still has to say before suggestions can reach it, and a need before it can be published.

The dashboard, the mails and the operations read the same answer: a part is missing everywhere or nowhere.
"""

from collections.abc import Callable

from django.urls import reverse

from companies.enums import WhoseTime
from companies.models import Company, Need, Policy
from mecenova.readiness import Completeness, Part
from mecenova.reference.enums import Kind

CAUSES = Part(
    "causes", "vos causes", "Sans cause, aucune association ne peut vous être proposée.", "id_causes"
)
KINDS = Part(
    "kinds",
    "vos formes de mécénat",
    "Argent, biens, temps de travail, bénévolat ou co-construction\u00a0: une seule suffit pour commencer.",
    "id_kinds",
)
TERRITORIES = Part(
    "territories",
    "vos territoires",
    "La France entière, des régions ou des départements\u00a0: une association agit toujours quelque part.",
    "id_territories",
)
CAPACITY = Part(
    "capacity",
    "le nombre d’associations que vous étudiez par mois",
    "Il est à zéro\u00a0: votre porte est fermée et aucune association ne vous est proposée.",
    "id_monthly_capacity",
)
NEED = Part(
    "need",
    "un besoin publié",
    "Un besoin précis reçoit de meilleures réponses qu’une politique seule.",
    "besoins",
)
POLICY_PARTS = (CAUSES, KINDS, TERRITORIES, CAPACITY)


def policy_of(company: Company) -> Policy | None:
    """An imported company has said nothing yet: it may have no policy at all."""
    return company.policy if company.has_policy else None


def missing_from_policy(company: Company) -> tuple[Part, ...]:
    """What keeps every suggestion away, a closed door included. With the lists prefetched, no query."""
    policy = policy_of(company)
    if policy is None:
        return POLICY_PARTS
    filled = {
        CAUSES: bool(policy.causes.all()),
        KINDS: bool(policy.kinds),
        TERRITORIES: bool(policy.territories.all()),
        CAPACITY: policy.monthly_capacity > 0,
    }
    return tuple(part for part in POLICY_PARTS if not filled[part])


def door_is_closed(company: Company) -> bool:
    """The company has said that it looks at nobody for now: a choice to respect, not an oversight."""
    policy = policy_of(company)
    return policy is not None and policy.monthly_capacity == 0


def completeness(company: Company) -> Completeness:
    """What is said and what is not, in the order a person would say it."""
    missing = missing_from_policy(company)
    if not company.needs.published().not_past().exists():
        missing = (*missing, NEED)
    total = len(POLICY_PARTS) + 1
    return Completeness(done=total - len(missing), total=total, missing=missing)


def where_to_say(company: Company, part: Part) -> str:
    """The page on which this part is said."""
    if part == NEED:
        return company.new_need_url
    return f"{reverse('companies:policy', args=[company.pk])}#{part.anchor}"


def is_complete(company: Company) -> bool:
    return completeness(company).is_complete


# The fields that each kind of need asks for: its form shows these and no other.
NEED_FIELDS: dict[str, tuple[str, ...]] = {
    Kind.FINANCIAL: ("budget_min", "budget_max"),
    Kind.IN_KIND: ("goods",),
    Kind.SKILLS: ("skills", "days", "starts_on", "ends_on", "place"),
    Kind.VOLUNTEERING: ("whose_time", "volunteers", "starts_on", "ends_on", "place"),
    Kind.CO_CONSTRUCTION: ("question", "wished_parties"),
}

_NEED_RULES: tuple[tuple[str, Part, Callable[[Need], bool]], ...] = (
    (
        Kind.FINANCIAL,
        Part("budget", "le montant", "Un ordre de grandeur suffit.", "id_budget_max"),
        lambda need: need.budget_min is not None or need.budget_max is not None,
    ),
    (
        Kind.IN_KIND,
        Part("goods", "les biens offerts", "Ce que vous donnez, et combien.", "id_goods"),
        lambda need: bool(need.goods.strip()),
    ),
    (
        Kind.SKILLS,
        Part("skills", "les compétences offertes", "Au moins une.", "id_skills"),
        lambda need: need.skills.exists(),
    ),
    (
        Kind.SKILLS,
        Part("days", "le nombre de jours", "Le total offert, toutes personnes confondues.", "id_days"),
        lambda need: bool(need.days),
    ),
    (
        Kind.VOLUNTEERING,
        Part("whose_time", "sur quel temps les salariés s’engagent", "Leur temps à eux.", "id_whose_time"),
        lambda need: need.whose_time == WhoseTime.OWN,
    ),
    (
        Kind.VOLUNTEERING,
        Part("volunteers", "le nombre de salariés", "Une estimation suffit.", "id_volunteers"),
        lambda need: bool(need.volunteers),
    ),
    (
        Kind.CO_CONSTRUCTION,
        Part("question", "la question à co-construire", "En une phrase.", "id_question"),
        lambda need: bool(need.question.strip()),
    ),
)
_DESCRIPTION = Part("description", "la description", "Ce que vous cherchez.", "id_description")


def missing_from_need(need: Need) -> tuple[Part, ...]:
    """What an association must know before it answers."""
    found = () if need.description.strip() else (_DESCRIPTION,)
    rules = tuple(part for kind, part, is_filled in _NEED_RULES if kind == need.kind and not is_filled(need))
    return found + rules
