from django.db import models


class OrganisationKind(models.TextChoices):
    ASSOCIATION = "association", "Association"
    COMPANY = "company", "Entreprise"
    PUBLIC_BODY = "public_body", "Organisme public"
    UNION = "union", "Syndicat"
    SCHOOL = "school", "Établissement d’enseignement"
    OTHER = "other", "Autre organisme"


class OrganisationStatus(models.TextChoices):
    UNCLAIMED = "unclaimed", "Pas encore inscrite"
    TO_CHECK = "to_check", "À vérifier"
    CHANGES_ASKED = "changes_asked", "À compléter"
    CHECKED = "checked", "Vérifiée"
    LEFT = "left", "Partie"


class OrganisationEvent(models.TextChoices):
    """The lines of the journal that an organisation's own people read, by verb."""

    CREATE = "create", "inscription"
    CHECK = "check", "fiche vérifiée par l’équipe"
    ASK_FOR_CHANGES = "ask_for_changes", "précisions demandées par l’équipe"
    RESUBMIT = "resubmit", "fiche corrigée et renvoyée"
    RENAME = "rename", "nom changé"
    CHANGE_IDENTITY = "change_identity", "nom ou numéro changé, que l’équipe relit"
    CONFIRM_IDENTITY = "confirm_identity", "nom et numéro relus par l’équipe"
    LEAVE = "leave", "départ du site"
    COME_BACK = "come_back", "retour sur le site"
    EDIT = "edit", "fiche modifiée par l’équipe"
    MERGE = "merge", "réunie à une autre fiche du même organisme"
    CALL = "call", "appel de l’équipe"
    ERASE = "erase", "fiche effacée par l’équipe"


class DuplicateReason(models.TextChoices):
    NUMBER = "number", "même numéro d’immatriculation"
    NAME = "name", "nom semblable au même endroit"


class Origin(models.TextChoices):
    SIGN_UP = "sign_up", "Inscription"
    IMPORT = "import", "Import"


class Role(models.TextChoices):
    MANAGER = "manager", "Responsable"
    CONTRIBUTOR = "contributor", "Membre de l’équipe"


class ClaimStatus(models.TextChoices):
    WAITING = "waiting", "En attente"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


LISTED_STATUSES = (OrganisationStatus.UNCLAIMED, OrganisationStatus.CHECKED)
CHECKING_STATUSES = (OrganisationStatus.TO_CHECK, OrganisationStatus.CHANGES_ASKED)
# Of which a next step is owed at every moment.
LIVING_STATUSES = (*CHECKING_STATUSES, OrganisationStatus.CHECKED)
# What a person can register by themselves; the other kinds are entered by staff.
REGISTERING_KINDS = (
    (OrganisationKind.ASSOCIATION.value, "Une association"),
    (OrganisationKind.COMPANY.value, "Une entreprise ou une fondation d’entreprise"),
)
