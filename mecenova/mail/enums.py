"""What a mail is for, and where it stands."""

from django.db.models import TextChoices


class Category(TextChoices):
    """Service mails answer or concern something under way and always leave; information can be declined."""

    SERVICE = "service", "Suivi de vos démarches"
    INFORMATION = "information", "Informations"


class MailStatus(TextChoices):
    PENDING = "pending", "En attente"
    SENDING = "sending", "Envoi en cours"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Échec"
    CANCELLED = "cancelled", "Annulé"
