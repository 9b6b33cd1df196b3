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


class Unsent(TextChoices):
    """Why a mail did not leave, or perhaps left twice, when the reason is ours: stored, told to staff."""

    INACTIVE = "recipient is no longer active", "La personne n’a plus de compte."
    # Once the address is mended, it is asked again.
    IN_TROUBLE = "this address no longer receives", "Cette adresse ne reçoit plus\u00a0: à réparer d’abord."
    DECLINED = "recipient declined this group", "La personne ne souhaite plus ces informations."
    GONE = "subject no longer exists", "Ce dont il parlait n’existe plus."
    UNWANTED = "no longer wanted", "Les choses avaient avancé\u00a0: il n’avait plus de raison de partir."
    EMPTY = "nothing in it is wanted any more", "Plus rien n’était à dire dans cette lettre."
    UNKNOWN = (
        "sender stopped, or no answer, before the result could be written",
        "Pas de réponse, ou l’envoi s’est interrompu avant qu’elle soit notée.",
    )
    RESTORED = (
        "restored from a backup; had left already",
        "La base a été restaurée\u00a0: ce courriel était sans doute déjà parti.",
    )
    UNCERTAIN = (
        "outcome unknown too many times; may have arrived",
        "Issue inconnue, plusieurs fois\u00a0: il est peut-être arrivé.",
    )


def in_words(reason: str) -> str:
    """Our own reasons in French; the server's words as they came."""
    return str(Unsent(reason).label) if reason in Unsent.values else reason


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
    # The server refuses us, not this mail.
    ALL = "all", "Refusé à tous"
    UNKNOWN = "unknown", "Sans réponse"


class TroubleKind(TextChoices):
    """Why an address is written to no longer."""

    BOUNCED = "bounced", "N’existe plus ou refuse tout"
    COMPLAINED = "complained", "A signalé nos courriels comme indésirables"
    REJECTED = "rejected", "Refusée par le serveur"
