"""What a person wishes to receive, group by group. Said twice, it is said once."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction

from mecenova.mail.groups import GROUPS
from mecenova.mail.models import MailPreference


@transaction.atomic
def decline(*, user_id: uuid.UUID, groups: Iterable[str]) -> None:
    """Nothing more of these groups. What is queued already is asked again before it leaves."""
    set_wishes(user_id=user_id, wishes=dict.fromkeys(groups, False))


@transaction.atomic
def set_wishes(*, user_id: uuid.UUID, wishes: Mapping[str, bool]) -> None:
    """One row per group, whoever writes it first."""
    rows = [MailPreference(user_id=user_id, group=group, wanted=wanted) for group, wanted in wishes.items()]
    MailPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "group"], update_fields=["wanted"]
    )


def wishes_of(user_id: uuid.UUID) -> dict[str, bool]:
    """Every group there is; without a word from the person, it is wanted."""
    said = dict(MailPreference.objects.filter(user_id=user_id).values_list("group", "wanted"))
    return {slug: said.get(slug, True) for slug in GROUPS}


def declined_by(user_ids: Iterable[uuid.UUID]) -> defaultdict[uuid.UUID, set[str]]:
    """The groups that are not wanted, of each person who declined any."""
    declined: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    refusals = MailPreference.objects.filter(user__in=list(user_ids), wanted=False)
    for person, group in refusals.values_list("user_id", "group"):
        declined[person].add(group)
    return declined
