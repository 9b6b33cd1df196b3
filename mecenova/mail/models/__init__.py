from mecenova.mail.models.digest import DigestLine
from mecenova.mail.models.outbox import (
    LONGEST_SUBJECT,
    MESSAGE,
    NEXT_TRY,
    DeliveryAttempt,
    DeliveryAttemptQuerySet,
    OutgoingMail,
    OutgoingMailQuerySet,
)
from mecenova.mail.models.preference import MailPreference
from mecenova.mail.models.trouble import AddressTrouble, ProviderNews

__all__ = [
    "LONGEST_SUBJECT",
    "MESSAGE",
    "NEXT_TRY",
    "AddressTrouble",
    "DeliveryAttempt",
    "DeliveryAttemptQuerySet",
    "DigestLine",
    "MailPreference",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "ProviderNews",
]
