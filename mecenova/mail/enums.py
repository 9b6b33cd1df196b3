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


class LineStatus(TextChoices):
    """Of a line of the weekly digest; in a composed mail, it stays pending until that mail has left."""

    PENDING = "pending", "En attente"
    SENT = "sent", "Envoyée"
    CANCELLED = "cancelled", "Annulée"


class Attempt(TextChoices):
    """What the presentation of a mail to the server came to."""

    SENT = "sent", "Accepté"
    REFUSED = "refused", "Refusé pour de bon"
    LATER = "later", "Refusé pour l’instant"
    UNKNOWN = "unknown", "Sans réponse"


class TroubleKind(TextChoices):
    """Why an address is written to no longer."""

    BOUNCED = "bounced", "N’existe plus ou refuse tout"
    COMPLAINED = "complained", "A signalé nos courriels comme indésirables"
    REJECTED = "rejected", "Refusée par le serveur"
