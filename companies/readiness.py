"""What a company still has to say before suggestions can reach it, and a need before it can be published.

The same lists are shown on screen, named in mails and asked by operations: a part is missing everywhere or nowhere.
"""

from dataclasses import dataclass

from companies.enums import WhoseTime
from companies.models import Company, Need, Policy
from mecenova.reference.enums import Kind


@dataclass(frozen=True)
class Part:
    """One thing to say: `anchor` is the form field where it is said."""

    key: str
    label: str
    help: str
    anchor: str


@dataclass(frozen=True)
class Completeness:
    percent: int
    missing: list[Part]


CAUSES = Part(
    "causes",
    "Les causes que vous soutenez",
    "Sans cause, aucune association ne peut vous être proposée.",
    "id_causes",
)
KINDS = Part(
    "kinds",
    "Les formes de mécénat que vous pratiquez",
    "Argent, biens, temps de travail, bénévolat ou co-construction\u00a0: une seule suffit pour commencer.",
    "id_kinds",
)
TERRITORIES = Part(
    "territories",
    "Les territoires où vous agissez",
    "Choisissez la France entière, des régions ou des départements.",
    "id_territories",
)
CAPACITY = Part(
    "capacity",
    "Le nombre d’associations que vous pouvez étudier par mois",
    "Il est à zéro\u00a0: votre porte est fermée et aucune association ne vous est proposée.",
    "id_monthly_capacity",
)
NEED = Part(
    "need",
    "Un besoin publié",
    "Un besoin précis reçoit de meilleures réponses qu’une politique seule.",
    "besoins",
)
PARTS = (CAUSES, KINDS, TERRITORIES, CAPACITY, NEED)


def missing_from_policy(policy: Policy) -> list[Part]:
    """What keeps every suggestion away, an open door included."""
    found = []
    if not policy.causes.exists():
        found.append(CAUSES)
    if not policy.kinds:
        found.append(KINDS)
    if not policy.territories.exists():
        found.append(TERRITORIES)
    if policy.monthly_capacity == 0:
        found.append(CAPACITY)
    return found


def policy_of(company: Company) -> Policy:
    """The company's policy, or an empty unsaved one: imported companies have said nothing yet."""
    try:
        return company.policy
    except Policy.DoesNotExist:
        return Policy(company=company)


def completeness(company: Company) -> Completeness:
    """The parts that are missing, in the order in which to say them."""
    policy = policy_of(company)
    missing = missing_from_policy(policy) if policy._state.db else [CAUSES, KINDS, TERRITORIES]
    if not company.needs.published().not_past().exists():
        missing.append(NEED)
    return Completeness(percent=round(100 * (len(PARTS) - len(missing)) / len(PARTS)), missing=missing)


def is_complete(company: Company) -> bool:
    return not completeness(company).missing


# The fields that each kind of need asks for: the form shows these and no other.
NEED_FIELDS: dict[str, tuple[str, ...]] = {
    Kind.FINANCIAL: ("budget_min", "budget_max"),
    Kind.IN_KIND: ("goods",),
    Kind.SKILLS: ("skills", "days", "starts_on", "ends_on", "place"),
    Kind.VOLUNTEERING: ("whose_time", "volunteers", "starts_on", "ends_on", "place"),
    Kind.CO_CONSTRUCTION: ("question", "wished_parties"),
}


def missing_from_need(need: Need) -> list[Part]:
    """What a reader could not do without: an association must know what is offered before it answers."""
    found = [] if need.description.strip() else [Part("description", "Une description", "", "id_description")]
    if need.kind == Kind.FINANCIAL and need.budget_min is None and need.budget_max is None:
        found.append(Part("budget_max", "Le montant", "", "id_budget_max"))
    if need.kind == Kind.IN_KIND and not need.goods.strip():
        found.append(Part("goods", "Les biens offerts", "", "id_goods"))
    if need.kind == Kind.SKILLS:
        if not need.skills.exists():
            found.append(Part("skills", "Les compétences offertes", "", "id_skills"))
        if not need.days:
            found.append(Part("days", "Le nombre de jours", "", "id_days"))
    if need.kind == Kind.VOLUNTEERING:
        if not need.volunteers:
            found.append(Part("volunteers", "Le nombre de salariés", "", "id_volunteers"))
        if need.whose_time != WhoseTime.OWN:
            found.append(Part("whose_time", "Sur quel temps les salariés s’engagent", "", "id_whose_time"))
    if need.kind == Kind.CO_CONSTRUCTION and not need.question.strip():
        found.append(Part("question", "La question à co-construire", "", "id_question"))
    return found
