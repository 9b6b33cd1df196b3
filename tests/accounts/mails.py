"""Reading the outbox in tests."""

from mecenova.mail.models import DigestLine, OutgoingMail


def sent_to(address: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(address=address).order_by("created_at", "pk"))


def names_to(address: str) -> list[str]:
    """What this person is told: in mails of their own, then in the digest of the week."""
    lines = DigestLine.objects.filter(recipient__email=address).order_by("created_at", "pk")
    mails = [mail.notification for mail in sent_to(address) if mail.notification != "mail.weekly_digest"]
    return mails + list(lines.values_list("notification", flat=True))
