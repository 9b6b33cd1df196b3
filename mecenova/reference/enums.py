from django.db import models


class Kind(models.TextChoices):
    """What a partnership is made of. SKILLS is work time; VOLUNTEERING is people's own time only."""

    FINANCIAL = "financial", "Mécénat financier"
    IN_KIND = "in_kind", "Mécénat en nature"
    SKILLS = "skills", "Mécénat de compétences"
    VOLUNTEERING = "volunteering", "Bénévolat de salariés"
    CO_CONSTRUCTION = "co_construction", "Co-construction"


class TerritoryLevel(models.TextChoices):
    """From the narrowest to the widest; an overseas collectivity stands where a département would."""

    COMMUNE = "commune", "Commune"
    DEPARTMENT = "department", "Département"
    COLLECTIVITY = "collectivity", "Collectivité d’outre-mer"
    REGION = "region", "Région"
    COUNTRY = "country", "Pays"
    INTERNATIONAL = "international", "International"


# The levels at which an organisation says where it is, and a postal code answers.
LOCAL_LEVELS = (TerritoryLevel.DEPARTMENT, TerritoryLevel.COLLECTIVITY)
# What nothing else contains.
TOP_LEVELS = (TerritoryLevel.COUNTRY, TerritoryLevel.INTERNATIONAL)
