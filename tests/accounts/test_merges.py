"""Two records become one: nothing attached to either is lost, and what cannot stand twice is settled."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from accounts import operations
from accounts.enums import OrganisationStatus, Role
from accounts.followups import StaffCheck
from accounts.models import Claim, Duplicate, Membership, Merge, Organisation
from accounts.operations import NumbersDiffer, create_organisation, merge_organisations, tell_apart
from accounts.operations.merging import MergeIncomplete, Merging, bare_keys, generic_keys, keys_to
from accounts.operations.organisations import OrganisationExists
from associations.models import Association, Project
from companies.models import Company, Need, Policy
from matching.models import Suggestion
from mecenova.agenda.models import Absence, FollowUp, Stay
from mecenova.agenda.operations import next_step, start
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from partnerships.enums import IntroductionStatus, PartyRole
from partnerships.followups import SendQueuedIntroduction
from partnerships.models import AttentionEntry, AttentionMonth, Introduction, Partnership, Party
from partnerships.operations import spend_attention
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return AssociationFactory(complete=True), AssociationFactory(complete=True)


def merge(kept, gone, by, **more):
    """Their numbers differ: each made its own."""
    more.setdefault("numbers_confirmed", True)
    merged = merge_organisations(kept=kept.organisation, gone=gone.organisation, by=by, **more)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return merged


def test_the_kept_record_keeps_what_it_says_and_learns_the_rest(staff, pair):
    kept, gone = pair
    Organisation.objects.filter(pk=kept.organisation_id).update(town="", website="")
    Organisation.objects.filter(pk=gone.organisation_id).update(website="https://exemple.fr", phone="01")
    Association.objects.filter(pk=kept.pk).update(purpose="Mienne", yearly_budget=None)
    Association.objects.filter(pk=gone.pk).update(purpose="Autre", yearly_budget=12)
    gone.causes.set(Association.causes.rel.model.objects.filter(slug="sport"))
    merged = merge(kept, gone, staff)
    found = Association.objects.select_related("organisation").get()
    assert found.pk == kept.pk
    assert (found.organisation.website, found.organisation.phone) == ("https://exemple.fr", "01")
    assert (found.purpose, found.yearly_budget) == ("Mienne", 12)
    assert "sport" in {cause.slug for cause in found.causes.all()}
    assert (merged.by, merged.gone_profile_id) == (staff, gone.pk)
    assert merged.snapshot["gone_profile"]["fields"]["purpose"] == "Autre"
    assert [line.verb for line in journal.history(found.organisation)] == ["merge"]
    assert journal.history(found.organisation)[0].by == staff


def test_done_twice_it_is_done_once(staff, pair):
    kept, gone = pair
    first = merge(kept, gone, staff)
    assert merge_organisations(kept=kept.organisation, gone=gone.organisation, by=staff) == first
    assert Merge.objects.count() == 1


def test_only_the_team_and_not_on_its_own_records(pair):
    kept, gone = pair
    insider = StaffFactory()
    MembershipFactory(organisation=gone.organisation, user=insider)
    for person in (UserFactory(), insider):
        with pytest.raises(PermissionDenied):
            merge(kept, gone, person)
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("side", ["kept", "gone"])
def test_who_has_left_is_not_merged(staff, pair, side):
    kept, gone = pair
    left = {"kept": kept, "gone": gone}[side].organisation
    Organisation.objects.filter(pk=left.pk).update(status=OrganisationStatus.LEFT, left_at=clock.now())
    with pytest.raises(DomainError, match="a quitté le site"):
        merge(kept, gone, staff)


def test_an_association_is_no_company_and_nothing_merges_with_itself(staff):
    association, company = AssociationFactory(), CompanyFactory()
    with pytest.raises(DomainError, match="ne se réunissent pas"):
        merge(association, company, staff)
    with pytest.raises(DomainError, match="même fiche"):
        merge(association, association, staff)


def test_two_numbers_of_one_register_are_two_bodies_until_confirmed(staff, pair):
    kept, gone = pair
    assert kept.rna != gone.rna
    with pytest.raises(NumbersDiffer, match="Leurs numéros diffèrent"):
        merge(kept, gone, staff, numbers_confirmed=False)
    assert Organisation.objects.count() == 2
    merge(kept, gone, staff)
    assert Association.objects.get().rna == kept.rna


def test_the_people_come_together(staff, pair):
    kept, gone = pair
    both, other = UserFactory(), UserFactory()
    MembershipFactory(organisation=kept.organisation, user=both, role=Role.CONTRIBUTOR)
    MembershipFactory(organisation=gone.organisation, user=both, role=Role.MANAGER)
    MembershipFactory(organisation=gone.organisation, user=other)
    claimant = UserFactory()
    ClaimFactory(organisation=kept.organisation, user=claimant)
    ClaimFactory(organisation=gone.organisation, user=claimant)
    InvitationFactory(organisation=kept.organisation, email="a@exemple.fr", invited_by=both)
    InvitationFactory(organisation=gone.organisation, email="A@exemple.fr", invited_by=both)
    merged = merge(kept, gone, staff)
    team = Membership.objects.filter(organisation=kept.organisation)
    assert {(each.user, each.role) for each in team} == {(both, Role.MANAGER), (other, Role.MANAGER)}
    assert Claim.objects.get().organisation == kept.organisation
    assert kept.organisation.invitations.get().email == "a@exemple.fr"
    dropped = sorted(each["model"] for each in merged.snapshot["dropped"])
    assert dropped == ["accounts.claim", "accounts.invitation", "accounts.membership"]
    mails = OutgoingMail.objects.filter(notification="accounts.organisations_merged")
    assert {mail.recipient for mail in mails} == {both, other}


@pytest.mark.parametrize("stays", ["checked", "to_check"])
def test_a_look_alike_record_gives_nobody_the_keys_of_another(client, staff, stays):
    known = AssociationFactory(complete=True, members=[UserFactory()]).organisation
    newcomer, writer = UserFactory(), UserFactory()
    MembershipFactory(organisation=known, user=writer, role=Role.CONTRIBUTOR)
    alike = AssociationFactory(complete=True, organisation__status="to_check", members=[newcomer, writer])
    InvitationFactory(organisation=alike.organisation, invited_by=newcomer, role=Role.MANAGER)
    first, second = (known, alike.organisation) if stays == "checked" else (alike.organisation, known)
    client.force_login(staff)
    said = client.get(reverse("accounts:comparison", args=[first.pk, second.pk])).text
    assert f"{newcomer}" in said
    assert "membre de l’équipe seulement" in said
    merge(first.association, second.association, staff)
    roles = dict(first.memberships.values_list("user", "role"))
    assert roles.pop(newcomer.pk) == roles.pop(writer.pk) == Role.CONTRIBUTOR
    assert list(roles.values()) == [Role.MANAGER]
    assert first.invitations.get().role == Role.CONTRIBUTOR


def test_where_nobody_runs_the_checked_record_those_of_the_other_do(staff):
    known = AssociationFactory(complete=True)
    alike = AssociationFactory(complete=True, organisation__status="to_check", members=[UserFactory()])
    merge(known, alike, staff)
    assert known.organisation.memberships.get().role == Role.MANAGER


@pytest.mark.parametrize(
    ("kept", "gone", "people", "after"),
    [
        ("unclaimed", "checked", False, "checked"),
        ("to_check", "checked", False, "checked"),
        ("changes_asked", "checked", False, "checked"),
        ("unclaimed", "to_check", True, "checked"),
        ("unclaimed", "unclaimed", False, "unclaimed"),
        ("to_check", "changes_asked", True, "to_check"),
        ("changes_asked", "to_check", True, "changes_asked"),
        ("checked", "to_check", True, "checked"),
    ],
)
def test_merging_is_a_human_check(staff, kept, gone, people, after):
    one = AssociationFactory(complete=True, organisation__status=kept)
    other = AssociationFactory(complete=True, organisation__status=gone)
    if people:
        MembershipFactory(organisation=other.organisation)
    merge(one, other, staff)
    assert Organisation.objects.get().status == after


def test_its_former_address_leads_on(client, staff, pair):
    kept, gone = pair
    address = reverse("associations:detail", args=[gone.pk])
    third = AssociationFactory(complete=True)
    merge(kept, gone, staff)
    answer = client.get(address)
    assert (answer.status_code, answer.url) == (301, reverse("associations:detail", args=[kept.pk]))
    merge(third, kept, staff)
    assert client.get(address).url == reverse("associations:detail", args=[third.pk])


def test_a_companys_former_address_leads_on(client, staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    merge(kept, gone, staff)
    answer = client.get(reverse("companies:detail", args=[gone.pk]))
    assert (answer.status_code, answer.url) == (301, reverse("companies:detail", args=[kept.pk]))


def test_a_former_name_is_not_entered_again(staff, pair):
    kept, gone = pair
    former = gone.organisation
    merge(kept, gone, staff)
    with pytest.raises(OrganisationExists) as refusal:
        create_organisation(
            kind=former.kind, name=former.name, postal_code=former.postal_code, manager=None, by=None
        )
    assert refusal.value.organisation == kept.organisation
    assert Organisation.objects.count() == 1


def test_one_of_two_requests_about_one_need_goes_on(staff, pair):
    kept, gone = pair
    need = NeedFactory(published=True)
    asked = IntroductionFactory(association=gone, company=need.company, need=need)
    queued = IntroductionFactory(
        association=kept,
        company=need.company,
        need=need,
        status=IntroductionStatus.QUEUED,
        requested_at=None,
    )
    elsewhere = IntroductionFactory(association=gone)
    start(SendQueuedIntroduction, queued)
    merge(kept, gone, staff)
    assert not FollowUp.objects.about([queued]).open().exists()
    for each in (asked, queued, elsewhere):
        each.refresh_from_db()
        assert each.association == kept
    assert (asked.status, queued.status) == (IntroductionStatus.REQUESTED, IntroductionStatus.RELEASED)
    assert elsewhere.status == IntroductionStatus.REQUESTED
    assert not OutgoingMail.objects.filter(notification__startswith="partnerships.").exists()


def test_two_companies_that_were_asked_alike(staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    association = AssociationFactory(complete=True)
    first = IntroductionFactory(association=association, company=kept, need=None)
    second = IntroductionFactory(association=association, company=gone, need=None)
    merge(kept, gone, staff)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.company, second.company) == (kept, kept)
    assert (first.status, second.status) == (IntroductionStatus.REQUESTED, IntroductionStatus.RELEASED)


def test_a_month_of_attention_counts_each_association_once(staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    shared, mine, theirs, last = AssociationFactory.create_batch(4, complete=True)
    for company, associations in ((kept, (shared, mine)), (gone, (shared, theirs, last))):
        for association in associations:
            spend_attention(company=company, association=association, source="suggestion")
    merge(kept, gone, staff)
    month = AttentionMonth.objects.get()
    # More than one of them alone looks at in a month: what is spent is spent.
    assert (month.company, month.spent, month.capacity) == (kept, 4, 4)
    assert AttentionEntry.objects.count() == 5
    assert AttentionEntry.objects.filter(returned_at__isnull=True).count() == 4


def test_an_association_that_took_two_places_gives_one_back(staff, pair):
    kept, gone = pair
    company = CompanyFactory()
    for association in pair:
        spend_attention(company=company, association=association, source="suggestion")
    merge(kept, gone, staff)
    month = AttentionMonth.objects.get()
    assert month.spent == month.entries.filter(returned_at__isnull=True).count() == 1


@pytest.mark.parametrize("further", ["kept", "gone"])
def test_of_two_suggestions_of_a_need_the_furthest_stays(staff, pair, further):
    kept, gone = pair
    need = NeedFactory(published=True)
    rows = {
        name: SuggestionFactory(association=association, need=need, seen_at=None)
        for name, association in (("kept", kept), ("gone", gone))
    }
    Suggestion.objects.filter(pk=rows[further].pk).update(seen_at=clock.now())
    merged = merge(kept, gone, staff)
    found = Suggestion.objects.get()
    assert (found.pk, found.association) == (rows[further].pk, kept)
    assert [each["model"] for each in merged.snapshot["dropped"]] == ["matching.suggestion"]


def test_policies_gather_and_the_capacity_said_is_kept(staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    Policy.objects.filter(company=gone).update(monthly_capacity=40, ticket_max=900)
    gone.policy.causes.set(Policy.causes.rel.model.objects.filter(slug="sport"))
    merge(kept, gone, staff)
    policy = Policy.objects.get()
    assert (policy.company, policy.monthly_capacity, policy.ticket_max) == (kept, 3, 900)
    assert {cause.slug for cause in policy.causes.all()} == {"education", "emploi-et-insertion", "sport"}


def test_a_policy_of_the_one_that_goes_is_not_lost(staff):
    kept, gone = CompanyFactory(policy=None), CompanyFactory()
    merge(kept, gone, staff)
    policy = Policy.objects.get()
    assert (policy.company, policy.causes.count(), policy.territories.count()) == (kept, 2, 1)


def test_a_profile_without_another_beside_it_keeps_its_address(staff):
    kept, gone = OrganisationFactory(), AssociationFactory(complete=True)
    merge_organisations(kept=kept, gone=gone.organisation, by=staff)
    assert Association.objects.get().pk == gone.pk
    assert Association.objects.get().organisation == kept


def test_what_knows_the_record_by_type_and_key_follows(staff, pair):
    kept, gone = pair
    project = ProjectFactory(association=gone)
    subject_type = ContentType.objects.get_for_model(Organisation)
    mail = OutgoingMailFactory(subject_type=subject_type, subject_id=gone.organisation_id)
    about_profile = OutgoingMailFactory(
        subject_type=ContentType.objects.get_for_model(Association), subject_id=gone.pk
    )
    for each in (kept, gone):
        Stay.objects.create(basket="silencieuses", subject_type=subject_type, subject_id=each.organisation_id)
    Absence.objects.create(
        organisation_id=gone.organisation_id, first_day=clock.today(), last_day=clock.today()
    )
    merge(kept, gone, staff)
    mail.refresh_from_db()
    about_profile.refresh_from_db()
    project.refresh_from_db()
    assert (mail.subject_id, about_profile.subject_id) == (kept.organisation_id, kept.pk)
    assert project.association == kept
    assert Stay.objects.filter(subject_id=kept.organisation_id).count() == 2
    assert Stay.objects.open().count() == 1
    assert Absence.objects.get().organisation_id == kept.organisation_id
    assert not FollowUp.objects.filter(organisation_id=gone.organisation_id).exists()
    assert next_step(kept.organisation) is not None


def test_two_parties_of_one_partnership_are_one(staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    partnership = Partnership.objects.create(kind="skills", title="Ensemble")
    for company in (kept, gone):
        Party.objects.create(
            partnership=partnership, organisation=company.organisation, role=PartyRole.BENEFICIARY
        )
    merge(kept, gone, staff)
    assert Party.objects.get().organisation == kept.organisation


def test_who_was_told_apart_stays_apart(staff, pair):
    kept, gone = pair
    third = AssociationFactory()
    tell_apart(one=gone.organisation, other=third.organisation, by=staff)
    merge(kept, gone, staff)
    pair_found = Duplicate.objects.told_apart().get()
    assert {pair_found.first_id, pair_found.second_id} == {kept.organisation_id, third.organisation_id}


def test_a_key_nobody_moves_stops_the_merge(staff, pair, monkeypatch):
    kept, gone = pair
    ProjectFactory(association=gone)
    original = Merging.move

    def forgets(self, model, *args, **kwargs):
        if model is not Project:
            original(self, model, *args, **kwargs)

    monkeypatch.setattr(Merging, "move", forgets)
    with pytest.raises(MergeIncomplete, match=r"associations\.Project\.association"):
        merge(kept, gone, staff)
    assert Organisation.objects.count() == 2


def test_every_key_of_the_site_is_handled(staff, monkeypatch):
    """A table that points at an organisation or a profile says how it follows, or this fails."""
    seen = []
    original = Merging.nothing_left

    def watched(self, gone):
        seen.append(self)
        original(self, gone)

    monkeypatch.setattr(Merging, "nothing_left", watched)
    merge(AssociationFactory(), AssociationFactory(), staff)
    merge(CompanyFactory(), CompanyFactory(), staff)
    handled = set().union(*(each.handled for each in seen))
    keys = {
        f"{model._meta.label}.{name}"
        for target in (Organisation, Association, Company)
        for model, name in keys_to(target)
    }
    assert keys - handled == set()
    assert handled - keys == set()


def test_a_clock_that_also_waits_for_it_waits_for_the_one_that_stays(staff):
    kept, gone = AssociationFactory(), AssociationFactory()
    step = start(StaffCheck, OrganisationFactory())
    FollowUp.objects.filter(pk=step.pk).update(also_waits_for=[gone.organisation_id])
    merge(kept, gone, staff)
    step.refresh_from_db()
    assert step.also_waits_for == [kept.organisation_id]


def test_what_points_without_a_key_is_known():
    """Rows that know a subject by (type, key), or an organisation by a bare key, move by their shape."""
    generic = {model._meta.label for model, _ in generic_keys()}
    bare = {f"{model._meta.label}.{name}" for model, name in bare_keys()}
    assert {"agenda.FollowUp", "mail.OutgoingMail", "agenda.Stay", "workflow.TransitionRecord"} <= generic
    assert {"agenda.FollowUp.organisation_id", "agenda.Absence.organisation_id"} <= bare
    shapes = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "UUIDField" and not field.primary_key
    }
    of_generic = {f"{model._meta.label}.{key.fk_field}" for model, key in generic_keys()}
    elsewhere = {
        # A queue that the next round empties; the matching room moves it.
        "matching.ChangedSubject.subject_id",
        # The log of merges itself.
        "accounts.Merge.gone_id",
        "accounts.Merge.gone_profile_id",
        # Prints of texts, that point at nothing.
        "matching.AssociationReading.fingerprint",
        "matching.NeedReading.fingerprint",
    }
    assert shapes - of_generic - bare - elsewhere == set()


def test_needs_follow(staff):
    kept, gone = CompanyFactory(), CompanyFactory()
    need = NeedFactory(company=gone, published=True)
    merge(kept, gone, staff)
    assert Need.objects.get(pk=need.pk).company == kept
    assert Introduction.objects.count() == 0


def test_the_log_keeps_no_address_of_somebody_who_never_came(staff, pair):
    for each in pair:
        InvitationFactory(organisation=each.organisation, email="seul@exemple.test")
    merged = merge(*pair, by=staff)
    assert [row["model"] for row in merged.snapshot["dropped"]] == ["accounts.invitation"]
    assert "seul@exemple.test" not in str(merged.snapshot)


class TestAtOnce:
    """Somebody of the team made one of the two a moment before."""

    @pytest.fixture
    def meanwhile(self, monkeypatch, pair):
        def merge_first(name, kept, gone):
            act = getattr(operations, name)

            def late(**said):
                monkeypatch.setattr(operations, name, act)
                merge(kept, gone, by=None)
                return act(**said)

            monkeypatch.setattr(operations, name, late)

        return merge_first

    @pytest.mark.parametrize("name", ["merge", "tell_apart"])
    @pytest.mark.parametrize("swapped", [False, True])
    def test_the_second_is_told(self, client, staff, pair, meanwhile, name, swapped):
        kept, gone = reversed(pair) if swapped else pair
        meanwhile("merge_organisations" if name == "merge" else name, kept, gone)
        client.force_login(staff)
        keys = [each.organisation.pk for each in pair]
        address = reverse(f"accounts:{name}", args=keys)
        answer = client.post(address, {"numbers_confirmed": "on"}, follow=True)
        assert answer.redirect_chain == [(reverse("accounts:duplicates"), 302)]
        assert Organisation.objects.filter(pk__in=keys).count() == 1
        if name == "tell_apart" or swapped:
            assert "vient d’être réunie" in answer.text


def test_a_record_is_not_told_apart_from_itself(client, staff, pair):
    client.force_login(staff)
    key = pair[0].organisation.pk
    assert "la même fiche" in client.post(reverse("accounts:tell_apart", args=[key, key]), follow=True).text
    assert not Duplicate.objects.exists()
