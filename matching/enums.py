from django.db import models


class SuggestionStatus(models.TextChoices):
    PRESENTED = "presented", "Présentée"
    INTERESTED = "interested", "Intéressée"
    DECLINED = "declined", "Écartée"
    EXPIRED = "expired", "Expirée"


class DiagnosisCause(models.TextChoices):
    RELEASED = "released", "Une demande restée sans réponse"
    QUIET = "quiet", "Aucune entreprise n’a demandé à en parler"


class Choice(models.TextChoices):
    """What an association does next with a project that found no company."""

    REWRITE = "rewrite", "Réécrire le projet"
    WIDEN = "widen", "L’élargir"
    CO_BUILD = "co_build", "Le co-construire"
    PAUSE = "pause", "Le mettre en pause"


class RoundScope(models.TextChoices):
    FULL = "full", "Tout le réseau"
    CHANGED = "changed", "Ce qui a changé"


class ChangedKind(models.TextChoices):
    ASSOCIATION = "association", "Association"
    COMPANY = "company", "Entreprise"
    NEED = "need", "Besoin"
