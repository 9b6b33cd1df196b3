"""Signed, gone on with, ended, told: each state has its one step, and nobody is chased for ever."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError, TransitionRefused
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.partnerships.talking import END, TODAY, mails, rule_of
from tests.reading import shown

pytestmark = pytest.mark.django_db


def test_one_side_says_it_is_signed_and_the_other_is_told_by_whom(signed):
    signed.sign()
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.signed_on, partnership.ends_on) == ("agreed", TODAY, END)
    assert rule_of(partnership) == "partnerships.renewal"
    assert [mail.recipient for mail in mails("partnership_agreed")] == [signed.answerer]
    told = mails("partnership_agreed").get().text
    assert str(signed.asker) in told
    assert "Ce n’est pas encore signé" in told
    assert history(partnership).get(verb="agree").by == signed.asker
    with pytest.raises(TransitionRefused):
        signed.sign(by=signed.answerer)


def test_whoever_did_not_sign_reads_how_to_say_so_before_what_comes_after(signed, client):
    signed.sign()
    client.force_login(signed.answerer)
    page = shown(client.get(reverse("partnerships:partnership", args=[signed.partnership.pk])))
    assert page.index("Non, ce n’est pas encore signé") < page.index("Le partenariat continue-t-il")


@pytest.mark.parametrize(
    ("signed_on", "ends_on"),
    [
        (TODAY + timedelta(days=1), None),
        (TODAY, TODAY - timedelta(days=1)),
        (date(2020, 1, 1), date(2021, 1, 1)),
        (TODAY, date(2099, 1, 1)),
        (date(1900, 1, 1), None),
        (TODAY - timedelta(days=1), None),
    ],
)
def test_dates_that_cannot_be_are_refused(signed, client, signed_on, ends_on):
    with pytest.raises(DomainError):
        signed.sign(signed_on=signed_on, ends_on=ends_on)
    client.force_login(signed.asker)
    address = reverse("partnerships:partnership_agree", args=[signed.partnership.pk])
    response = client.post(address, {"signed_on": signed_on.isoformat(), "ends_on": ends_on or ""})
    assert response.status_code == (409 if signed_on == TODAY else 422)
    assert not mails("partnership_agreed").exists()
    assert signed_on.isoformat() in shown(response)


def test_what_is_signed_for_today_alone_is_signed_until_tonight(signed):
    signed.sign(signed_on=TODAY, ends_on=TODAY)
    signed.go_to(TODAY, hour=20)
    assert operations.end_partnership(partnership=signed.partnership).status == "agreed"
    signed.go_to(TODAY + timedelta(days=1))
    assert (signed.partnership.status, signed.partnership.ends_on) == ("ended", TODAY)


@pytest.mark.parametrize("data", [{}, {"signed_on": "31/02/2026"}, {"signed_on": "hier"}])
def test_a_date_that_is_none_is_asked_again(signed, client, data):
    client.force_login(signed.asker)
    address = reverse("partnerships:partnership_agree", args=[signed.partnership.pk])
    assert client.post(address, data).status_code == 422


def test_only_those_who_run_a_party_sign_renew_and_end(signed, client):
    contributor = UserFactory()
    MembershipFactory(organisation=signed.association.organisation, user=contributor, role=Role.CONTRIBUTOR)
    for person in (contributor, UserFactory()):
        with pytest.raises(PermissionDenied):
            signed.sign(by=person)
    signed.sign()
    with pytest.raises(PermissionDenied):
        operations.renew_partnership(partnership=signed.partnership, goes_on=False, by=contributor)
    with pytest.raises(PermissionDenied):
        operations.end_partnership(partnership=signed.partnership, by=contributor)


def test_the_renewal_is_asked_ninety_days_before_then_the_end_comes_by_itself(signed):
    signed.sign()
    signed.go_to(END - timedelta(days=91))
    assert mails("renewal_asked").count() == 0
    signed.go_to(END - timedelta(days=90))
    assert {mail.recipient for mail in mails("renewal_asked")} == {signed.asker, signed.answerer}
    signed.go_to(END - timedelta(days=45))
    assert mails("renewal_asked").count() == 4
    signed.go_to(END, hour=20)
    assert signed.partnership.status == PartnershipStatus.AGREED
    signed.go_to(END + timedelta(days=1))
    assert signed.partnership.status == PartnershipStatus.ENDED
    assert rule_of(signed.partnership) == "partnerships.joint_evaluation"
    assert mails("partnership_ended").count() == 2


def test_a_new_end_asks_again_later_and_a_no_asks_nothing_more(signed):
    signed.sign()
    signed.go_to(END - timedelta(days=80))
    later = END + timedelta(days=365)
    operations.renew_partnership(
        partnership=signed.partnership, goes_on=True, ends_on=later, by=signed.answerer
    )
    signed.go_to(END + timedelta(days=1))
    assert signed.partnership.status == PartnershipStatus.AGREED
    operations.renew_partnership(partnership=signed.partnership, goes_on=False, by=signed.asker)
    assert rule_of(signed.partnership) == "partnerships.last_months"
    before = mails("renewal_asked").count()
    signed.go_to(later)
    assert mails("renewal_asked").count() == before
    signed.go_to(later + timedelta(days=1))
    assert signed.partnership.status == PartnershipStatus.ENDED


def test_without_an_end_it_is_asked_every_year(signed):
    signed.sign(ends_on=None)
    assert rule_of(signed.partnership) == "partnerships.yearly_review"
    signed.go_to(TODAY + timedelta(days=366))
    assert mails("renewal_asked").count() == 2
    assert "Sans réponse, nous le laissons vivre, et nous reposons la question dans un an." in (
        mails("renewal_asked")[0].text
    )
    with pytest.raises(DomainError, match="dites plutôt"):
        operations.renew_partnership(partnership=signed.partnership, goes_on=False, by=signed.asker)
    operations.renew_partnership(partnership=signed.partnership, goes_on=True, by=signed.asker)
    signed.go_to(TODAY + timedelta(days=500))
    assert mails("renewal_asked").count() == 2
    operations.end_partnership(partnership=signed.partnership, by=signed.answerer, note="Merci.")
    assert [mail.recipient for mail in mails("partnership_ended")] == [signed.asker]


@pytest.mark.parametrize(("days", "rule"), [(74, "last_months"), (76, "renewal")])
def test_what_is_owed_until_a_near_end_is_not_promised_for_after_it(signed, days, rule):
    """No question that could not be answered before the end, and no promise of one."""
    end = TODAY + timedelta(days=days)
    signed.sign(ends_on=end)
    assert rule_of(signed.partnership) == f"partnerships.{rule}"
    step = FollowUp.objects.about([signed.partnership]).steps().get()
    assert clock.paris(step.deadline).date() <= end + timedelta(days=1)
    told = mails("partnership_agreed").get().text
    assert "nous vous demanderons" not in told
    assert "sans nouvelle, il se terminera ce jour-là" in told


def test_a_short_term_still_ends_on_its_day(signed):
    signed.sign(ends_on=TODAY + timedelta(days=3))
    signed.go_to(TODAY + timedelta(days=1))
    assert mails("renewal_asked").count() == 0
    signed.go_to(TODAY + timedelta(days=4))
    assert signed.partnership.status == PartnershipStatus.ENDED


def test_a_signed_partnership_is_ended_by_who_runs_a_party_and_never_given_up(signed, client):
    signed.sign()
    with pytest.raises(DomainError):
        operations.abandon_partnership(partnership=signed.partnership, by=signed.answerer, note="Fusion.")
    signed.partnership.refresh_from_db()
    assert signed.partnership.status == PartnershipStatus.AGREED
    contributor = MembershipFactory(organisation=signed.company.organisation, role=Role.CONTRIBUTOR).user
    for reader, is_told in ((signed.answerer, False), (contributor, True)):
        client.force_login(reader)
        page = shown(client.get(signed.partnership.get_absolute_url()))
        assert "Clore ce partenariat" not in page
        assert ("un responsable de votre organisme y met fin" in page) == is_told


def test_the_page_offers_what_can_be_said_now_and_keeps_it(signed, client):
    client.force_login(signed.asker)
    page = signed.partnership.get_absolute_url()
    assert "C’est signé" in shown(client.get(page))

    def post(name, data):
        return client.post(reverse(f"partnerships:partnership_{name}", args=[signed.partnership.pk]), data)

    assert post("agree", {"signed_on": TODAY.isoformat(), "ends_on": END.isoformat()}).status_code == 302
    assert "Et ensuite" in shown(client.get(page))
    assert post("renew", {"answer": "goes_on", "ends_on": ""}).status_code == 302
    assert post("renew", {"answer": "stops"}).status_code == 422
    assert post("end", {"note": "Merci à tous."}).status_code == 302
    assert post("end", {"note": ""}).status_code == 409
    assert post("reflect", {"text": "   "}).status_code == 422
    assert post("reflect", {"text": "Trente <b>jeunes</b>."}).status_code == 302
    seen = client.get(page).content.decode()
    assert "Trente &lt;b&gt;jeunes&lt;/b&gt;." in seen
    assert post("reflect", {"text": "a" * 2001}).status_code == 422


def test_the_page_asks_a_constant_number_of_queries(signed, client, query_count):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    client.force_login(signed.asker)
    page = signed.partnership.get_absolute_url()
    client.get(page)
    one = query_count(lambda: client.get(page))
    for person in (signed.asker, signed.answerer):
        operations.reflect(partnership=signed.partnership, text="Bien.", by=person)
    assert query_count(lambda: client.get(page)) <= one
    assert one <= 30


def test_the_database_refuses_an_end_before_the_signature(signed):
    signed.sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.update(ends_on=TODAY - timedelta(days=1))


@pytest.mark.parametrize("dated", ["agreed_at", "signed_on", "ends_on", "evaluated_at"])
def test_the_database_refuses_the_dates_of_a_state_that_has_not_come(signed, dated):
    """In discussion nothing is signed nor foreseen; nobody has given an account of what has not ended."""
    day = TODAY if dated.endswith("_on") else clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.update(**{dated: day})
    signed.sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.update(evaluated_at=clock.now())


def test_the_other_side_says_that_it_is_not_signed_and_the_team_asks_both(signed, client):
    signed.sign()
    with pytest.raises(DomainError, match="ne se conteste pas"):
        operations.contest_signature(partnership=signed.partnership, note="Si.", by=signed.asker)
    client.force_login(signed.asker)
    assert "pas encore signé" not in shown(client.get(signed.partnership.get_absolute_url()))
    client.force_login(signed.answerer)
    assert "pas encore signé" in shown(client.get(signed.partnership.get_absolute_url()))
    address = reverse("partnerships:partnership_contest", args=[signed.partnership.pk])
    assert client.post(address, {"note": ""}).status_code == 422
    said = client.post(address, {"note": "Notre juriste relit encore."}, follow=True)
    assert "vous appelle tous les deux au plus tard le jeudi 26 novembre 2026." in shown(said)
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.signed_on, partnership.agreed_at) == ("discussion", None, None)
    assert rule_of(partnership) == "partnerships.settle_signature"
    assert mails("signature_contested").get().recipient == signed.asker
    assert "juriste" in mails("signature_contested").get().text
    with pytest.raises(DomainError, match="ne se conteste pas"):
        operations.contest_signature(partnership=partnership, note="Encore.", by=signed.answerer)
    signed.sign()
    assert rule_of(Partnership.objects.get()) == "partnerships.renewal"
    assert mails("partnership_agreed").count() == 2


@pytest.fixture
def contested(signed):
    """One side said that it is signed, the other that it is not."""
    signed.sign()
    operations.contest_signature(
        partnership=signed.partnership, note="Notre juriste relit.", by=signed.answerer
    )
    signed.staff = StaffFactory(first_name="Inès", last_name="Roy")
    signed.address = reverse("partnerships:partnership_settle_signature", args=[signed.partnership.pk])
    return signed


def test_the_team_hears_both_about_a_signature_and_it_is_not_signed_yet(contested, client):
    assert list(Partnership.objects.in_disagreement()) == [contested.partnership]
    sent = {"signed": "no", "signed_on": "2026-11-20", "note": "Vu avec les deux <b>ce matin</b>."}
    for person in (contested.asker, contested.answerer, UserFactory()):
        client.force_login(person)
        assert client.post(contested.address, sent).status_code == 404
    client.force_login(contested.staff)
    basket = shown(client.get(reverse("pages:basket", args=["desaccords"])))
    assert "L’un dit que c’est signé, l’autre non" in basket
    assert "Est-ce signé" in shown(client.get(contested.partnership.get_absolute_url()))
    refused = client.post(contested.address, {"signed": "no", "note": ""})
    assert refused.status_code == 422
    assert client.post(contested.address, sent).status_code == 302
    assert client.post(contested.address, sent).status_code == 409
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.signed_on, partnership.contested_at) == ("discussion", None, None)
    assert not Partnership.objects.in_disagreement().exists()
    assert rule_of(partnership) == "partnerships.did_you_talk"
    assert {mail.recipient for mail in mails("signature_settled")} == {contested.asker, contested.answerer}
    line = history(partnership).get(verb="settle")
    assert (line.by, line.note) == (contested.staff, sent["note"])


def test_whether_they_talked_is_asked_again_after_a_signature_that_was_none(contested, client):
    """Nobody had said so: the team's word is about the signature alone."""
    client.force_login(contested.asker)
    assert "Vous êtes-vous parlé" not in shown(client.get(contested.partnership.get_absolute_url()))
    settled = {"signed_on": None, "ends_on": None, "by": contested.staff, "note": "Non."}
    operations.settle_signature(partnership=contested.partnership, **settled)
    assert "nous vous poserons la question le" in mails("signature_settled")[0].text
    assert "Vous êtes-vous parlé" in shown(client.get(contested.partnership.get_absolute_url()))
    contested.go_to(date(2026, 11, 26))
    assert {mail.recipient for mail in mails("talk_asked")} == {contested.asker, contested.answerer}


def test_what_was_said_of_a_talk_before_a_contested_signature_is_kept(signed):
    for person in (signed.asker, signed.answerer):
        operations.report_talk(partnership=signed.partnership, talked=True, by=person)
    signed.sign()
    operations.contest_signature(partnership=signed.partnership, note="Non.", by=signed.answerer)
    settled = {"signed_on": None, "ends_on": None, "by": StaffFactory(), "note": "Non."}
    operations.settle_signature(partnership=signed.partnership, **settled)
    assert rule_of(Partnership.objects.get()) == "partnerships.decide_together"


def test_the_team_writes_the_day_on_which_it_was_signed(contested, client):
    client.force_login(contested.staff)
    told = {"signed": "yes", "note": "Les deux l’ont signé vendredi."}
    missing = client.post(contested.address, told)
    assert missing.status_code == 422
    assert "Écrivez le jour de la signature" in shown(missing)
    assert "Les deux l’ont signé vendredi." in shown(missing)
    for never in ("2027-01-01", "2026-11-20"):
        assert client.post(contested.address, told | {"signed_on": never}).status_code == 422
    assert Partnership.objects.in_disagreement().exists()
    assert client.post(contested.address, told | {"signed_on": "2026-11-23"}).status_code == 302
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.signed_on) == ("agreed", date(2026, 11, 23))
    assert rule_of(partnership) == "partnerships.yearly_review"
    told_by_the_team = mails("partnership_agreed").filter(text__contains="Inès Roy")
    assert {mail.recipient for mail in told_by_the_team} == {contested.asker, contested.answerer}
    assert not mails("signature_settled").exists()
    for mail in told_by_the_team:
        assert "Inès Roy, de l’équipe IMS" in mail.text
        assert "> Les deux l’ont signé vendredi." in mail.text


def test_a_signature_that_the_team_wrote_is_contested_as_the_team_s_word(contested):
    operations.settle_signature(
        partnership=contested.partnership, signed_on=TODAY, ends_on=None, by=contested.staff, note="Vu."
    )
    operations.contest_signature(partnership=contested.partnership, note="Non.", by=contested.answerer)
    texts = [mail.text for mail in mails("signature_contested")]
    (before,) = (text for text in texts if "Vous nous aviez dit que" in text)
    (after,) = (text for text in texts if "Inès Roy, de l’équipe IMS, avait noté que" in text)
    assert {before, after} == set(texts)


def test_a_member_of_the_team_does_not_settle_its_own_signature(contested):
    MembershipFactory(organisation=contested.company.organisation, user=contested.staff)
    with pytest.raises(PermissionDenied):
        operations.settle_signature(
            partnership=contested.partnership, signed_on=None, ends_on=None, by=contested.staff, note="Non."
        )


def test_giving_up_ends_a_contested_signature(contested):
    operations.abandon_partnership(partnership=contested.partnership, by=contested.asker, note="Budget.")
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.contested_at) == ("abandoned", None)
    assert rule_of(partnership) is None
    with pytest.raises(DomainError, match="plus de désaccord"):
        operations.settle_signature(
            partnership=partnership, signed_on=None, ends_on=None, by=contested.staff, note="Non."
        )


def test_a_manager_of_either_side_corrects_the_dates(signed, client):
    signed.go_to(date(2026, 11, 25))
    signed.sign()
    client.force_login(signed.answerer)
    address = reverse("partnerships:partnership_correct", args=[signed.partnership.pk])
    for never in ("2027-01-01", "1900-01-01"):
        refused = client.post(address, {"signed_on": never})
        assert refused.status_code == 422
    assert "La signature ne vient pas avant la demande, le 23 novembre 2026." in shown(refused)
    for _ in range(2):
        client.post(address, {"signed_on": "2026-11-24", "ends_on": ""})
    partnership = Partnership.objects.get()
    assert (partnership.status, partnership.signed_on, partnership.ends_on) == (
        "agreed",
        date(2026, 11, 24),
        None,
    )
    assert rule_of(partnership) == "partnerships.yearly_review"
    assert mails("signature_corrected").get().recipient == signed.asker
