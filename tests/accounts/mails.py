"""Reading the outbox in tests."""

from mecenova.mail.models import OutgoingMail


def sent_to(address: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(address=address).order_by("created_at", "pk"))


def names_to(address: str) -> list[str]:
    return [mail.notification for mail in sent_to(address)]
