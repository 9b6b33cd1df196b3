from django.db import models


class SuggestionStatus(models.TextChoices):
    PRESENTED = "presented", "Présentée"
    INTERESTED = "interested", "Intéressée"
    DECLINED = "declined", "Écartée"
    EXPIRED = "expired", "Expirée"


class RoundScope(models.TextChoices):
    FULL = "full", "Tout le réseau"
    CHANGED = "changed", "Ce qui a changé"


class ChangedKind(models.TextChoices):
    ASSOCIATION = "association", "Association"
    COMPANY = "company", "Entreprise"
    NEED = "need", "Besoin"
