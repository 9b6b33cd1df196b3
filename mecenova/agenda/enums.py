"""Who owes a next step, how a follow-up ended, and what becomes of an appointment."""

from enum import StrEnum

from django.db.models import TextChoices


class Outcome(TextChoices):
    OPEN = "open", "À venir"
    DONE = "done", "Fait"
    CANCELLED = "cancelled", "Sans objet"
    FAILED = "failed", "Non tenu"


class Owner(TextChoices):
    ORGANISATION = "organisation", "Organisme"
    STAFF = "staff", "Équipe IMS"
    PLATFORM = "platform", "Mecenova"


class Fate(StrEnum):
    """Of an appointment of somebody who goes away, when no colleague takes it over."""

    CALL_OFF = "call_off"
    HELD = "held"
