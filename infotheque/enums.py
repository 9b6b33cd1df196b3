from django.db import models

from accounts.enums import OrganisationKind


class DocumentKind(models.TextChoices):
    GUIDE = "guide", "Guide"
    STUDY = "study", "Étude"
    MODEL_AGREEMENT = "model_agreement", "Modèle de convention"
    LEGAL_SHEET = "legal_sheet", "Fiche juridique"
    TESTIMONY = "testimony", "Témoignage"
    STORY = "story", "Belle histoire"
    VIDEO = "video", "Vidéo"
    LINK = "link", "Site ou page"
    TOOL = "tool", "Outil"


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    IN_REVIEW = "in_review", "En relecture"
    PUBLISHED = "published", "Publié"
    TO_VERIFY = "to_verify", "À vérifier"
    ARCHIVED = "archived", "Archivé"


# What everybody reads: a document to verify stays on line, and says so.
PUBLIC_STATUSES = (DocumentStatus.PUBLISHED, DocumentStatus.TO_VERIFY)
UNPUBLISHED_STATUSES = (DocumentStatus.DRAFT, DocumentStatus.IN_REVIEW)


class Readers(models.TextChoices):
    """For whom a document was written. Anybody may read it all the same."""

    EVERYBODY = "everybody", "Tout le monde"
    ASSOCIATIONS = "associations", "Associations"
    COMPANIES = "companies", "Entreprises"
    EMPLOYEES = "employees", "Salariés"
    STAFF = "staff", "Équipe IMS"


class PathReaders(models.TextChoices):
    """Who works through a learning path; anybody may read it."""

    ASSOCIATIONS = "associations", "Associations"
    COMPANIES = "companies", "Entreprises"

    @property
    def kind(self) -> OrganisationKind:
        return OrganisationKind.ASSOCIATION if self == PathReaders.ASSOCIATIONS else OrganisationKind.COMPANY


class Stage(models.TextChoices):
    """The moments of a partnership, in the order people live them."""

    PREPARE = "prepare", "Se préparer"
    FIND = "find", "Trouver un partenaire"
    MEET = "meet", "Se rencontrer"
    AGREE = "agree", "S’accorder"
    RUN = "run", "Agir ensemble"
    EVALUATE = "evaluate", "Évaluer ensemble"
    LAST = "last", "Prolonger ou conclure"


class Confidence(models.TextChoices):
    """How sure a legal sheet is of what it says."""

    HIGH = "high", "Élevée\u00a0: texte officiel lu"
    MEDIUM = "medium", "Moyenne\u00a0: sources concordantes"
    LOW = "low", "Faible\u00a0: à faire confirmer"


class Language(models.TextChoices):
    FRENCH = "fr", "Français"
    ENGLISH = "en", "Anglais"
    OTHER = "other", "Autre langue"


class Licence(models.TextChoices):
    OWN = "own", "Écrit pour ce site, à reprendre librement"
    OPEN = "etalab", "Licence ouverte 2.0"
    CC_BY = "cc_by", "Creative Commons BY"
    CC_BY_SA = "cc_by_sa", "Creative Commons BY-SA"
    CC_BY_NC = "cc_by_nc", "Creative Commons BY-NC"
    RESERVED = "reserved", "Tous droits réservés"


class FileType(models.TextChoices):
    """What is kept here; the value is the file's extension."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word (DOCX)"
    ODT = "odt", "OpenDocument (ODT)"
    PPTX = "pptx", "PowerPoint (PPTX)"
    XLSX = "xlsx", "Excel (XLSX)"


class TipStatus(models.TextChoices):
    WAITING = "waiting", "À examiner"
    ACCEPTED = "accepted", "Retenue"
    DECLINED = "declined", "Écartée"


class DepositStatus(models.TextChoices):
    """What became of one file that the team deposited."""

    WAITING = "waiting", "En attente de lecture"
    KEPT = "kept", "Rangé"
    KNOWN = "known", "Déjà dans l’infothèque"
    REFUSED = "refused", "Refusé"
