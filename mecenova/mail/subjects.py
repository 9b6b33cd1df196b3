"""What mails and lines of a digest are about, read for several of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Prefetch, prefetch_related_objects

from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.notifications import Notification, notification_named

Told = OutgoingMail | DigestLine


def read_subjects(told: Iterable[Told]) -> None:
    """Each one's subject, with what its notification asks of it: a query for each kind of mail, and one for
    each list that their subjects have, whatever their kind (the teams of organisations).
    """
    alike: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for one in told:
        if one.subject_type_id is not None:
            alike[one.notification, one.subject_type_id].append(one)
    lists = _Lists()
    ahead: list[tuple[Notification, list[Told]]] = []
    for (name, type_id), group in alike.items():
        notification, model = notification_named(name), ContentType.objects.get_for_id(type_id).model_class()
        if notification is None or model is None:
            continue
        subjects = model._base_manager.select_related(*notification.reads or (None,))
        found = subjects.in_bulk({one.subject_id for one in group})
        for one in group:
            if one.subject_id in found:
                one.about = found[one.subject_id]
        lists.ask(notification, found.values())
        ahead.append((notification, group))
    lists.read()
    for notification, group in ahead:
        notification.read_ahead(group)


class _Lists:
    """What several kinds of subjects have several of (`reads_many`): the same list is read once for all."""

    def __init__(self) -> None:
        self._whose: dict[tuple[type[Model], str, Any], list[Model]] = defaultdict(list)

    def ask(self, notification: Notification, subjects: Collection[Any]) -> None:
        for lookup in notification.reads_many:
            whole = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
            *path, name = whole.prefetch_through.split("__")
            for subject in subjects:
                owner = reduce(lambda at, step: getattr(at, step, None), path, subject)
                if owner is not None:
                    self._whose[type(owner), name, whole.queryset].append(owner)

    def read(self) -> None:
        for (_, name, rows), owners in self._whose.items():
            prefetch_related_objects(owners, Prefetch(name, rows))
