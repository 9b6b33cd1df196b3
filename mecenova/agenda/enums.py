"""Who owes a next step, and how a follow-up ended."""

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
