from django.db import models


class DocumentKind(models.TextChoices):
    GUIDE = "guide", "Guide"
    STUDY = "study", "Étude"
    MODEL_AGREEMENT = "model_agreement", "Modèle de convention"
    LEGAL_SHEET = "legal_sheet", "Fiche juridique"
    TESTIMONY = "testimony", "Témoignage"
    VIDEO = "video", "Vidéo"
    LINK = "link", "Site ou page"
    TOOL = "tool", "Outil"


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publié"
