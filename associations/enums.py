from django.db import models


class Registry(models.TextChoices):
    RNA = "rna", "Numéro RNA (W suivi de 9 caractères)"
    SIREN = "siren", "Numéro SIREN (9 chiffres)"
    ALSACE_MOSELLE = "alsace_moselle", "Registre d’Alsace-Moselle (tribunal)"


class Size(models.TextChoices):
    VOLUNTEERS = "volunteers", "Bénévoles uniquement"
    SMALL = "small", "1 à 5 salariés"
    MEDIUM = "medium", "6 à 20 salariés"
    LARGE = "large", "Plus de 20 salariés"


class Stance(models.TextChoices):
    OPEN = "open", "Ouverte aux partenariats"
    EXPERT_ONLY = "expert_only", "Présente comme experte seulement"
    PAUSED = "paused", "En pause jusqu’à une date"


class GeneralInterest(models.TextChoices):
    DECLARED = "declared", "Déclarée d’intérêt général"
    CONFIRMED = "confirmed", "Confirmée par un rescrit fiscal"
    NO = "no", "Pas d’intérêt général au sens fiscal"


class ProjectStatus(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publié"
    CLOSED = "closed", "Clos"
