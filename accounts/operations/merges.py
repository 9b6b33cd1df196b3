"""Two records of one organisation become one; whatever was attached to either is attached to it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import notifications, policies, signals
from accounts.enums import OrganisationEvent, OrganisationStatus, Role
from accounts.models import Claim, Duplicate, Invitation, Membership, Merge, Organisation, User
from accounts.operations.claims import drop_claims_of_members
from accounts.operations.duplicates import hold_both
from accounts.operations.merging import Merging, as_json
from accounts.operations.organisations import become_checked
from accounts.operations.presence import follow_members
from accounts.operations.profiles import Compared, compared_offices, profiles_of
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.mail.operations import queue
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

PLACE = ("postal_code", "town", "department")
REACH = ("website", "phone")


class NumbersDiffer(DomainError):
    """Two numbers of one register are two bodies, unless a person has looked."""


@transaction.atomic
def merge_organisations(
    *, kept: Organisation, gone: Organisation, by: User | None, numbers_confirmed: bool = False
) -> Merge:
    """Make `gone` part of `kept`, whole or not at all. Done twice, it is done once.

    What the record that stays says is kept, its blanks are filled, its lists grow. Every row that pointed at
    the other follows; the few that a unique key forbids beside another are in the log. Rooms above answer two
    signals: `organisations_merging`, when rows follow, then `organisations_merged`, when profiles become one.
    """
    done = Merge.objects.filter(gone_id=gone.pk, kept=kept).first()
    if done is not None:
        return done
    found = hold_both(kept, gone)
    kept, gone = found[kept.pk], found[gone.pk]
    if by is not None and not (policies.can_merge(by, kept) and policies.can_merge(by, gone)):
        raise PermissionDenied
    _refuse(kept, gone, numbers_confirmed)
    merging = Merging(kept=kept, gone=gone, by=by)
    merging.snapshots = {"kept": as_json(kept), "gone": as_json(gone)}
    needs_check = will_be_checked(kept, gone)
    _bring_people_over(merging)
    signals.organisations_merging.send(Organisation, merging=merging)
    merging.follow_subject(kept, gone)
    merging.follow_debtor()
    _free_the_name(gone)
    fill_office(kept, gone)
    kept.save()
    signals.organisations_merged.send(Organisation, merging=merging)
    return _conclude(merging, needs_check)


def why_not(kept: Organisation, gone: Organisation) -> str:
    """Why these two are not made one, whatever somebody confirms; nothing when they can be."""
    if kept.pk == gone.pk:
        return "C’est la même fiche. Choisissez-en deux."
    if kept.kind != gone.kind:
        return (
            f"L’une est «\u202f{kept.get_kind_display()}\u202f», l’autre "
            f"«\u202f{gone.get_kind_display()}\u202f»\u00a0: "
            "elles ne se réunissent pas. Si l’une est de trop, retirez-la du site depuis sa page."
        )
    if OrganisationStatus.LEFT in (kept.status, gone.status):
        return "L’une des deux a quitté le site\u00a0: il n’y a rien à réunir."
    return ""


def opposed_numbers(kept: Organisation, gone: Organisation) -> list[str]:
    profiles = profiles_of(kept.kind)
    return profiles.opposed_numbers(profiles.of(kept), profiles.of(gone)) if profiles else []


def compare(kept: Organisation, gone: Organisation) -> list[Compared]:
    """Field by field, what each says and what the record that stays will say."""
    after = Organisation.objects.select_related("department").get(pk=kept.pk)
    fill_office(after, gone)
    if will_be_checked(kept, gone):
        after.status = OrganisationStatus.CHECKED
    profiles = profiles_of(kept.kind)
    return compared_offices(kept, gone, after) + (
        profiles.compared(profiles.of(kept), profiles.of(gone)) if profiles else []
    )


def will_be_checked(kept: Organisation, gone: Organisation) -> bool:
    """Merging is a human check: what was checked stays so, and an unclaimed record gets its people."""
    if kept.is_checked:
        return False
    return gone.is_checked or (kept.is_unclaimed and (_has_people(gone) or _has_people(kept)))


def who_steps_back(kept: Organisation, gone: Organisation) -> "QuerySet[Membership]":
    """Managers of a record that nobody had checked, beside one that was and that somebody runs.

    As with a claim, they join as contributors: a look-alike record never gives its author somebody else's.
    """
    other = _unchecked_beside_a_run_one(kept, gone)
    if other is None:
        return Membership.objects.none()
    run_the_one = Membership.objects.managers().filter(organisation=gone if other == kept else kept)
    return other.memberships.managers().exclude(user__in=run_the_one.values("user"))


def team_after(kept: Organisation, gone: Organisation) -> list[tuple[User, str]]:
    """Who will answer for the whole, and as what: whoever is in both teams keeps the stronger role."""
    stepping_back = set(who_steps_back(kept, gone).values_list("pk", flat=True))
    roles: dict[User, Role] = {}
    people = Membership.objects.select_related("user")
    for membership in (*people.filter(organisation=kept), *people.filter(organisation=gone)):
        is_manager = membership.is_manager and membership.pk not in stepping_back
        role = Role.MANAGER if is_manager else Role.CONTRIBUTOR
        roles[membership.user] = Role.MANAGER if Role.MANAGER in (role, roles.get(membership.user)) else role
    return [(user, str(role.label)) for user, role in roles.items()]


def _unchecked_beside_a_run_one(kept: Organisation, gone: Organisation) -> Organisation | None:
    for one, other in ((kept, gone), (gone, kept)):
        if one.is_checked and not other.is_checked and one.memberships.managers().exists():
            return other
    return None


def fill_office(kept: Organisation, gone: Organisation) -> None:
    """In memory: what the record that stays did not say.

    Of a place, only where both may be in one; and it never becomes a third record's key.
    """
    taken = Organisation.objects.filter(
        kind=kept.kind, name_key=kept.name_key, postal_code=gone.postal_code
    ).exclude(pk__in=(kept.pk, gone.pk))
    for name in (*PLACE, *REACH) if _may_be_in_one_place(kept, gone) else REACH:
        if name == "postal_code" and (kept.town or taken.exists()):
            continue
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))


def _may_be_in_one_place(kept: Organisation, gone: Organisation) -> bool:
    """Nothing that both say of it differs."""
    said = [
        (kept.postal_code, gone.postal_code),
        (fold(kept.town), fold(gone.town)),
        (kept.department_id, gone.department_id),
    ]
    return all(mine == theirs for mine, theirs in said if mine and theirs)


def _refuse(kept: Organisation, gone: Organisation, numbers_confirmed: bool) -> None:
    if reason := why_not(kept, gone):
        raise DomainError(reason)
    opposed = opposed_numbers(kept, gone)
    if opposed and not numbers_confirmed:
        raise NumbersDiffer(
            f"Leurs numéros diffèrent ({' ; '.join(opposed)})\u00a0: ce sont peut-être deux organismes. "
            "Vérifiez au registre, puis confirmez que c’est bien le même."
        )


def _bring_people_over(merging: Merging) -> None:
    kept, gone = merging.kept, merging.gone

    def join_twice(membership: Membership) -> None:
        if membership.is_manager:
            twin = Membership.objects.filter(organisation=kept, user=membership.user_id)
            twin.exclude(role=Role.MANAGER).update(role=Role.MANAGER)
        merging.drop(membership)

    def invited_twice(invitation: Invitation) -> None:
        merging.drop(invitation, unsaid=("email",))

    _let_those_who_run_it_decide(kept, gone)
    merging.move(Membership, "organisation", kept, gone, join_twice)
    merging.move(Claim, "organisation", kept, gone)
    merging.move(Invitation, "organisation", kept, gone, invited_twice)
    merging.move(Merge, "kept", kept, gone)
    _remember_told_apart(merging)


def _let_those_who_run_it_decide(kept: Organisation, gone: Organisation) -> None:
    other = _unchecked_beside_a_run_one(kept, gone)
    if other is not None:
        newcomers = list(who_steps_back(kept, gone).values_list("pk", flat=True))
        Membership.objects.filter(pk__in=newcomers).update(role=Role.CONTRIBUTOR)
        other.invitations.filter(accepted_at__isnull=True).update(role=Role.CONTRIBUTOR)


def _remember_told_apart(merging: Merging) -> None:
    """Whoever was told apart from the one is told apart from the other; mere resemblances are found anew."""
    merging.handled |= {"accounts.Duplicate.first", "accounts.Duplicate.second"}
    about = Duplicate.objects.about(merging.gone)
    told_apart = [
        (each, each.second_id if each.first_id == merging.gone.pk else each.first_id)
        for each in about.told_apart()
    ]
    about.delete()
    Duplicate.objects.bulk_create(
        (
            Duplicate(
                first_id=min(merging.kept.pk, other),
                second_id=max(merging.kept.pk, other),
                reason=each.reason,
                likeness=each.likeness,
                found_at=each.found_at,
                dismissed_at=each.dismissed_at,
                dismissed_by_id=each.dismissed_by_id,
            )
            for each, other in told_apart
            if other != merging.kept.pk
        ),
        ignore_conflicts=True,
    )


def _free_the_name(gone: Organisation) -> None:
    """Its key may be the one that the other takes: a name and its place belong to one record."""
    Organisation.objects.filter(pk=gone.pk).update(name_key=str(gone.pk))


def _conclude(merging: Merging, needs_check: bool) -> Merge:
    kept, gone, by = merging.kept, merging.gone, merging.by
    merging.nothing_left(gone)
    merge = Merge.objects.create(
        kept=kept,
        gone_id=gone.pk,
        gone_profile_id=merging.gone_profile_id,
        gone_kind=gone.kind,
        gone_name=gone.name,
        gone_name_key=gone.name_key,
        gone_postal_code=gone.postal_code,
        by=by,
        at=clock.now(),
        snapshot=merging.snapshots | {"dropped": merging.dropped, "moved": dict(merging.moved)},
    )
    _delete(gone)
    agenda.close_answered_requests(organisation_id=kept.pk)
    follow_members(kept)
    drop_claims_of_members(kept)
    note = f"«\u202f{gone.name}\u202f» et cette fiche n’en font plus qu’une."
    journal.record(kept, OrganisationEvent.MERGE, kept.status, kept.status, by, note)
    if needs_check:
        become_checked(kept, "check", by=by)
    queue(notifications.OrganisationsMerged, kept, occurrence=str(merge.pk), context={"gone_name": gone.name})
    return merge


def _delete(gone: Model) -> None:
    Organisation.objects.filter(pk=gone.pk).delete()


def _has_people(organisation: Organisation) -> bool:
    return organisation.memberships.exists()
