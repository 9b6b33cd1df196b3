from django.db import models


class GiverKind(models.TextChoices):
    """The legal giver matters: a foundation is not a company giver (its founder had the tax reduction)."""

    COMPANY = "company", "Entreprise"
    FOUNDATION = "foundation", "Fondation ou fonds de dotation"


class NeedStatus(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publié"
    CLOSED = "closed", "Clos"


class Place(models.TextChoices):
    REMOTE = "remote", "À distance"
    ON_SITE = "on_site", "Sur place"
    EITHER = "either", "À distance ou sur place"


class WhoseTime(models.TextChoices):
    OWN = "own", "Le temps personnel des salariés"
    WORK = "work", "Le temps de travail"
