"""What the site promises before a request leaves, and whom it invites to ask."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from associations.enums import Stance
from associations.operations import update_association
from mecenova.agenda.operations import add_absence, next_step
from mecenova.calendar import clock
from mecenova.ui.contractions import of_name
from mecenova.ui.figures import long_date
from partnerships.enums import AttentionSource, RefusalReason
from partnerships.models import Introduction
from partnerships.operations import decline_introduction, spend_attention, withdraw_introduction
from tests.associations.factories import ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import fill_places
from tests.reading import plain

pytestmark = pytest.mark.django_db
CREATE = reverse("partnerships:introduction_create")


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(datetime(2026, 11, 30, 9, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture
def reads(client, pair):
    def read(url):
        client.force_login(pair.asker)
        return client.get(url).content.decode().replace("\u00a0", " ")

    return read


def form_for(need):
    return f"{reverse('partnerships:introduction_create')}?besoin={need.pk}"


def test_the_form_promises_the_date_that_the_request_will_have(pair, reads):
    add_absence(
        organisation_id=pair.company.organisation_id,
        first_day=date(2026, 11, 30),
        last_day=date(2026, 12, 18),
        by=pair.answerer,
    )
    page = reads(form_for(pair.need))
    deadline = next_step(pair.ask()).deadline
    assert f"au plus tard le {plain(long_date(deadline))}." in page
    assert (
        f"Absence {of_name(pair.company.organisation.name)} du 30 novembre 2026 au 18 décembre 2026." in page
    )
    assert deadline.date() == date(2027, 1, 19)


def test_who_has_its_place_this_month_is_told_that_its_request_leaves_at_once(pair, reads):
    spend_attention(company=pair.company, association=pair.association, source=AttentionSource.SUGGESTION)
    pair.company.policy.monthly_capacity = 1
    pair.company.policy.save()
    page = reads(form_for(pair.need))
    assert "Plus de place ce mois-ci" not in page
    assert "reçoit votre demande" in page
    assert pair.ask().is_waiting


def test_who_has_none_is_told_that_it_waits(pair, reads):
    fill_places(pair.company)
    assert "Plus de place ce mois-ci" in reads(form_for(pair.need))
    assert pair.ask().is_queued


def test_a_place_that_was_given_back_is_no_promise(pair, reads):
    withdraw_introduction(introduction=pair.ask(), by=pair.asker)
    fill_places(pair.company)
    assert "Plus de place ce mois-ci" in reads(form_for(pair.need))
    assert pair.ask().is_queued


def test_nor_is_the_place_of_a_former_month(pair, reads, now):
    spend_attention(company=pair.company, association=pair.association, source=AttentionSource.SUGGESTION)
    now.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    fill_places(pair.company)
    assert "Plus de place ce mois-ci" in reads(form_for(pair.need))
    assert pair.ask().is_queued


@pytest.mark.parametrize(
    "changes",
    [{"stance": Stance.PAUSED, "paused_until": date(2026, 12, 31)}, {"stance": Stance.EXPERT_ONLY}],
)
def test_who_has_put_itself_aside_is_led_to_its_position_instead_of_invited(pair, reads, changes):
    update_association(association=pair.association, by=None, **changes)
    position = reverse("associations:edit_section", args=[pair.association.pk, "position"])
    need = reads(pair.need.get_absolute_url())
    assert "Demander une mise en relation" not in need
    assert position in need
    form = reads(form_for(pair.need))
    assert "Pas maintenant" in form
    assert position in form


@pytest.fixture
def refused(pair):
    decline_introduction(introduction=pair.ask(), reason=RefusalReason.TIMING, by=pair.answerer)
    return Introduction.objects.get()


def test_who_was_told_no_is_led_to_the_answer_instead_of_invited(pair, reads, refused):
    other = NeedFactory(company=pair.company, published=True)
    for need in (pair.need, other):
        page = reads(need.get_absolute_url())
        assert "Demander une mise en relation" not in page
        assert refused.get_absolute_url() in page
        assert "a répondu non à votre demande" in page


def test_a_presentation_invites_nobody_to_write_who_was_told_no(pair, reads):
    SuggestionFactory(association=pair.association, need=NeedFactory(company=pair.company, published=True))
    assert "Sans attendre" in reads(reverse("pages:dashboard"))
    decline_introduction(introduction=pair.ask(), reason=RefusalReason.TIMING, by=pair.answerer)
    assert "Sans attendre" not in reads(reverse("pages:dashboard"))


def test_what_was_withdrawn_keeps_nobody_from_asking(pair, reads):
    withdraw_introduction(introduction=pair.ask(), by=pair.asker)
    assert "Demander une mise en relation" in reads(pair.need.get_absolute_url())


def test_the_only_project_is_proposed_with_the_request_and_may_be_left_out(pair, reads):
    """Of two, the association says which; what it left out comes back as it said."""
    chosen = '<option value="{}" selected>'
    only = ProjectFactory(association=pair.association, published=True)
    assert chosen.format(only.pk) in reads(form_for(pair.need))
    ProjectFactory(association=pair.association, published=True)
    assert chosen.format(only.pk) not in reads(form_for(pair.need))


@pytest.mark.parametrize("side", ["association", "company"])
def test_who_is_not_checked_reads_why_and_keeps_its_words(client, pair, side):
    """The page was open while the team asked for changes: said by the site, not by a closed door."""
    own, person, other = (
        (pair.association, pair.asker, f"besoin={pair.need.pk}")
        if side == "association"
        else (pair.company, pair.answerer, f"association={pair.association.pk}")
    )
    Organisation.objects.filter(pk=own.organisation_id).update(status=OrganisationStatus.CHANGES_ASKED)
    client.force_login(person)
    kind = {"kind": "skills"} if side == "company" else {}
    answer = client.post(f"{CREATE}?{other}", {"note": "Voici nos trois classes.", **kind})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "pas encore un membre vérifié" in page
    assert "l’équipe attend les précisions" in page
    assert "Voici nos trois classes." in page
    assert not Introduction.objects.exists()
