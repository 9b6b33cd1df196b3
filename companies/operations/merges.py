"""A company's part of a merge: its needs follow, its two profiles and their policies become one."""

from django.db import transaction

from accounts.models import Organisation
from accounts.operations.merging import Merging, as_json
from accounts.operations.profiles import Profiles
from companies.followups import refresh_step
from companies.models import Company, Need, Policy
from companies.signals import company_changed

AMOUNTS = ("ticket_min", "ticket_max")


def settle(kept: Company, gone: Company) -> None:
    kept.in_network = kept.in_network or gone.in_network


PROFILES = Profiles(
    model=Company,
    plain=("giver", "sector", "siren", "in_network", "presentation"),
    lists=(),
    numbers=("siren",),
    settle=settle,
)


@transaction.atomic
def bring_needs_over(*, merging: Merging) -> None:
    merging.handled |= {
        "companies.Company.organisation",
        "companies.Need.company",
        "companies.Policy.company",
    }
    PROFILES.bring_over(merging, (Need, "company"))


@transaction.atomic
def become_one(*, merging: Merging) -> None:
    """The two profiles are one, and the next step is that of the whole."""
    kept, gone = PROFILES.of(merging.kept), PROFILES.of(merging.gone)
    if kept is None:
        return
    if gone is not None:
        _fold_policy(merging, kept, gone)
        PROFILES.fold(merging, kept, gone)
    company = Company.objects.select_related("organisation").get(pk=kept.pk)
    refresh_step(Organisation.objects.get(pk=merging.kept.pk))
    company_changed.send(sender=Company, company=company)


def _fold_policy(merging: Merging, kept: Company, gone: Company) -> None:
    """The capacity said for the record that stays is kept: nobody is sent more than they accepted."""
    theirs = Policy.objects.filter(company=gone).first()
    if theirs is None:
        return
    merging.snapshots["gone_policy"] = as_json(theirs)
    mine = Policy.objects.filter(company=kept).first()
    if mine is None:
        mine = Policy.objects.create(
            company=kept,
            general_interest_only=theirs.general_interest_only,
            monthly_capacity=theirs.monthly_capacity,
        )
    mine.kinds = [*mine.kinds, *(kind for kind in theirs.kinds if kind not in mine.kinds)]
    if not any(getattr(mine, name) is not None for name in AMOUNTS):
        for name in AMOUNTS:
            setattr(mine, name, getattr(theirs, name))
    mine.save()
    # Neither supports what the other excludes: of each cause, what the record that stays says holds.
    supported, excluded = list(mine.causes.all()), list(mine.excluded_causes.all())
    mine.causes.add(*theirs.causes.exclude(pk__in=[cause.pk for cause in excluded]))
    mine.excluded_causes.add(*theirs.excluded_causes.exclude(pk__in=[cause.pk for cause in supported]))
    mine.territories.add(*theirs.territories.all())
    theirs.delete()
