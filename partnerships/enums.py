from django.db import models


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


OPEN_STATUSES = (
    IntroductionStatus.QUEUED,
    IntroductionStatus.REQUESTED,
    IntroductionStatus.LATER,
)


class RefusalReason(models.TextChoices):
    OUT_OF_POLICY = "out_of_policy", "En dehors de notre politique de soutien"
    TERRITORY = "territory", "Pas sur notre territoire"
    KIND = "kind", "Pas sous cette forme"
    AMOUNT = "amount", "Montant trop élevé ou trop faible"
    TIMING = "timing", "Pas le bon moment"
    UNCLEAR = "unclear", "Projet pas assez précis"
    ALREADY_COMMITTED = "already_committed", "Déjà engagés sur un projet proche"
    VALUES = "values", "Pas compatible avec nos statuts ou nos valeurs"


class AttentionSource(models.TextChoices):
    SUGGESTION = "suggestion", "Suggestion"
    INTRODUCTION = "introduction", "Demande de mise en relation"


class PartnershipStatus(models.TextChoices):
    DISCUSSION = "discussion", "En discussion"
    ABANDONED = "abandoned", "Abandonné"


class PartyRole(models.TextChoices):
    BENEFICIARY = "beneficiary", "Bénéficiaire"
    GIVER = "giver", "Soutien"
