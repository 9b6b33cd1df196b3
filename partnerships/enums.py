from django.db import models

from mecenova.reference.enums import Kind


class Side(models.TextChoices):
    ASSOCIATION = "association", "L’association"
    COMPANY = "company", "L’entreprise"


class IntroductionStatus(models.TextChoices):
    QUEUED = "queued", "En file d’attente"
    REQUESTED = "requested", "En attente de réponse"
    LATER = "later", "Plus tard"
    YES = "yes", "Acceptée"
    NO = "no", "Déclinée"
    RELEASED = "released", "Libérée sans réponse"
    WITHDRAWN = "withdrawn", "Retirée"


OPEN_STATUSES = (
    IntroductionStatus.QUEUED,
    IntroductionStatus.REQUESTED,
    IntroductionStatus.LATER,
)


# The verbs of the journal by which somebody says that a partnership is signed, and on which dates.
SAYING_SIGNED = ("agree", "correct_signature", "renew")


class RefusalReason(models.TextChoices):
    """Stored with a « no ». Which side can say which, and of which kind of support: `reasons_for`."""

    # Of companies, whatever the kind of support; associations share some.
    OUT_OF_POLICY = "out_of_policy", "En dehors de notre politique de soutien"
    TERRITORY = "territory", "Pas sur notre territoire"
    KIND = "kind", "Pas sous cette forme"
    TIMING = "timing", "Pas le bon moment"
    UNCLEAR = "unclear", "Projet pas assez précis"
    ALREADY_COMMITTED = "already_committed", "Déjà engagés sur un projet proche"
    VALUES = "values", "Pas compatible avec nos statuts ou nos valeurs"
    # Money.
    AMOUNT = "amount", "Montant trop élevé ou trop faible"
    BUDGET_SPENT = "budget_spent", "Budget de l’année déjà engagé"
    # Goods.
    NO_SUCH_GOODS = "no_such_goods", "Pas de matériel de ce type à donner"
    QUANTITY = "quantity", "Quantité trop grande ou trop petite"
    TRANSPORT = "transport", "Enlèvement, transport ou stockage difficile"
    # Skills, in work time.
    NO_SUCH_SKILL = "no_such_skill", "Personne chez nous n’a cette compétence"
    TEAM_BUSY = "team_busy", "L’équipe concernée n’est pas disponible"
    DURATION = "duration", "Mission trop longue ou trop courte"
    # Volunteers, in their own time.
    NO_VOLUNTEERS = "no_volunteers", "Pas assez de volontaires"
    SCHEDULE = "schedule", "Lieu ou horaires difficiles pour des bénévoles"
    # An answer built together.
    QUESTION = "question", "La question n’est pas celle que nous travaillons"
    ROLES = "roles", "La place de chacun n’est pas assez claire"
    # Of associations.
    TEAM_SMALL = "team_small", "Pas le temps en ce moment\u00a0: notre équipe est petite"
    OUT_OF_MISSION = "out_of_mission", "Ne correspond pas à notre mission"
    OTHER_PARTNER = "other_partner", "Déjà engagés avec une autre entreprise"
    REQUEST_UNCLEAR = "request_unclear", "Demande pas assez précise"
    CONDITIONS = "conditions", "Conditions ou contreparties que nous ne pouvons pas accepter"
    GOODS_UNNEEDED = "goods_unneeded", "Nous n’avons pas l’usage de ce matériel"
    SKILL_UNNEEDED = "skill_unneeded", "Ce n’est pas la compétence qui nous manque"
    NO_HOST = "no_host", "Personne pour accueillir et accompagner"


# The closed lists: of the side that answers, then of the kind of support.
REASONS_FOR_ANY_KIND: dict[str, tuple[RefusalReason, ...]] = {
    Side.COMPANY: (
        RefusalReason.OUT_OF_POLICY,
        RefusalReason.TERRITORY,
        RefusalReason.KIND,
        RefusalReason.TIMING,
        RefusalReason.UNCLEAR,
        RefusalReason.ALREADY_COMMITTED,
        RefusalReason.VALUES,
    ),
    Side.ASSOCIATION: (
        RefusalReason.TEAM_SMALL,
        RefusalReason.TIMING,
        RefusalReason.OUT_OF_MISSION,
        RefusalReason.KIND,
        RefusalReason.TERRITORY,
        RefusalReason.OTHER_PARTNER,
        RefusalReason.REQUEST_UNCLEAR,
        RefusalReason.VALUES,
    ),
}
REASONS_OF_KIND: dict[str, dict[str, tuple[RefusalReason, ...]]] = {
    Side.COMPANY: {
        Kind.FINANCIAL: (RefusalReason.AMOUNT, RefusalReason.BUDGET_SPENT),
        Kind.IN_KIND: (RefusalReason.NO_SUCH_GOODS, RefusalReason.QUANTITY, RefusalReason.TRANSPORT),
        Kind.SKILLS: (RefusalReason.NO_SUCH_SKILL, RefusalReason.TEAM_BUSY, RefusalReason.DURATION),
        Kind.VOLUNTEERING: (RefusalReason.NO_VOLUNTEERS, RefusalReason.SCHEDULE),
        Kind.CO_CONSTRUCTION: (RefusalReason.QUESTION, RefusalReason.ROLES),
    },
    Side.ASSOCIATION: {
        Kind.FINANCIAL: (RefusalReason.CONDITIONS,),
        Kind.IN_KIND: (RefusalReason.GOODS_UNNEEDED, RefusalReason.QUANTITY, RefusalReason.TRANSPORT),
        Kind.SKILLS: (RefusalReason.SKILL_UNNEEDED, RefusalReason.NO_HOST, RefusalReason.DURATION),
        Kind.VOLUNTEERING: (RefusalReason.NO_HOST, RefusalReason.SCHEDULE),
        Kind.CO_CONSTRUCTION: (RefusalReason.QUESTION, RefusalReason.ROLES),
    },
}


def reasons_for(kind: str, answering: str) -> list[RefusalReason]:
    """What this side can say with a « no » to this kind of support: of the kind first, then of any."""
    return [*REASONS_OF_KIND[answering][kind], *REASONS_FOR_ANY_KIND[answering]]


class Rewrite(models.TextChoices):
    """The part that is written anew after a « no »; where it is depends on who asked."""

    PRESENTATION = "presentation", "La présentation du projet, ou du besoin"
    ASKS = "asks", "Les demandes du projet, ou les chiffres du besoin"
    MISSION = "mission", "La mission et les causes, ou la politique"
    TERRITORIES = "territories", "Les territoires"
    STANCE = "stance", "Les formes et les secteurs acceptés"


class AttentionSource(models.TextChoices):
    SUGGESTION = "suggestion", "Suggestion"
    INTRODUCTION = "introduction", "Demande de mise en relation"


class PartnershipStatus(models.TextChoices):
    DISCUSSION = "discussion", "En discussion"
    AGREED = "agreed", "Signé"
    ENDED = "ended", "Terminé"
    ABANDONED = "abandoned", "Abandonné"
    RETURNED = "returned", "Revenu à la recherche"


UNDER_WAY = (PartnershipStatus.DISCUSSION, PartnershipStatus.AGREED)
# Closed before it was ever signed: nobody helped anybody.
CAME_TO_NOTHING = (PartnershipStatus.ABANDONED, PartnershipStatus.RETURNED)


class ReflectionMoment(models.TextChoices):
    EVALUATION = "evaluation", "Ce que le partenariat a donné"
    LASTING_EFFECT = "lasting_effect", "Ce qu’il en reste"


class PartyRole(models.TextChoices):
    BENEFICIARY = "beneficiary", "Bénéficiaire"
    GIVER = "giver", "Soutien"
