"""The record that an address of these pages names."""

from uuid import UUID

from django.http import Http404

from accounts.models import Merge, Organisation


def record_at(pk: UUID) -> Organisation:
    """Or the one that it has become part of: the link of a mail serves, a form sent from there is kept."""
    found = Organisation.objects.filter(pk=pk).first() or Merge.objects.kept_instead_of(pk)
    if found is None:
        raise Http404
    return found
