"""What mails and lines of a digest are about, read for several of them at once."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType

from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.notifications import notification_named

Told = OutgoingMail | DigestLine


def read_subjects(told: Iterable[Told]) -> None:
    """Each one's subject, with what its notification asks of it: a few queries for each kind of mail."""
    alike: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for one in told:
        if one.subject_type_id is not None:
            alike[one.notification, one.subject_type_id].append(one)
    for (name, type_id), group in alike.items():
        notification, model = notification_named(name), ContentType.objects.get_for_id(type_id).model_class()
        if notification is None or model is None:
            continue
        subjects = model._base_manager.select_related(*notification.reads or (None,))
        found = subjects.prefetch_related(*notification.reads_many).in_bulk({one.subject_id for one in group})
        for one in group:
            if one.subject_id in found:
                one.about = found[one.subject_id]
        notification.read_ahead(group)
