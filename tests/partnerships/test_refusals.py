"""After a « no »: reasons of the kind, three things to do, a date that holds, and a table the team edits."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from companies.operations import close_need
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.ui.contractions import to_name
from mecenova.ui.figures import short_date
from mecenova.ui.templatetags.words import date_longue
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import (
    REASONS_OF_KIND,
    IntroductionStatus,
    RefusalReason,
    Rewrite,
    Side,
    reasons_for,
)
from partnerships.forms import AnswerForm
from partnerships.models import Introduction, RefusalStep, RefusalStepChange
from partnerships.refusals import next_steps_after, step_for
from tests.accounts.factories import StaffFactory
from tests.associations.factories import ProjectFactory
from tests.companies.factories import NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.partnerships.factories import IntroductionFactory
from tests.reading import plain, shown

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIST = "/equipe/refus/"


def declined(pair, reason="timing", **changes):
    return operations.decline_introduction(introduction=pair.ask(**changes), reason=reason, by=pair.answerer)


def valid(step, **changes):
    return {
        "advice": step.advice,
        "rewrite": step.rewrite,
        "section": step.section,
        "retry_after_days": step.retry_after_days,
        "document": "",
        "library_words": step.library_words,
    } | changes


OTHER = {Side.ASSOCIATION: Side.COMPANY, Side.COMPANY: Side.ASSOCIATION}


@pytest.mark.parametrize("answering", Side)
def test_each_reason_a_side_can_give_leads_to_one_advice_for_the_other(answering):
    assert set(REASONS_OF_KIND[answering]) == set(Kind)
    followed = set()
    for kind in Kind:
        reasons = reasons_for(kind, answering)
        assert len(set(reasons)) == len(reasons)
        for reason in reasons:
            step = step_for(reason, kind, OTHER[answering])
            assert step.kind in (kind, "")
            assert step.asked_by_side == OTHER[answering]
            assert step.advice
            assert step.rewrite
            followed.add(step.pk)
    assert RefusalStep.objects.filter(asked_by_side=OTHER[answering]).count() == len(followed)


def test_every_reason_can_be_said_by_somebody():
    said = {reason for side in Side for kind in Kind for reason in reasons_for(kind, side)}
    assert said == set(RefusalReason)


def test_an_association_never_says_no_with_a_company_s_money_people_or_policy():
    of_companies = {
        "out_of_policy",
        "budget_spent",
        "amount",
        "no_such_goods",
        "no_such_skill",
        "no_volunteers",
    }
    for kind in Kind:
        assert not of_companies & set(reasons_for(kind, Side.ASSOCIATION))


def test_no_advice_speaks_of_a_request_to_who_was_only_suggested():
    """The same words follow a no to a suggestion, which nobody of the association asked for."""
    for advice in RefusalStep.objects.values_list("advice", flat=True):
        assert "votre demande" not in advice


def test_what_a_company_is_told_is_not_written_for_associations():
    for step in RefusalStep.objects.filter(asked_by_side=Side.COMPANY):
        told = f"{step.advice} {step.rewrite}"
        for words in (
            "votre mission",
            "vos causes",
            "votre association",
            "entreprises qui vous",
            "votre projet",
        ):
            assert words not in told.lower(), step


@pytest.mark.parametrize("answering", Side)
@pytest.mark.parametrize("kind", Kind)
def test_the_form_offers_the_reasons_of_the_side_and_of_the_kind_alone(kind, answering):
    asking = Side.ASSOCIATION if answering == Side.COMPANY else Side.COMPANY
    of = {"introduction": Introduction(kind=kind, asked_by_side=asking)}
    offered = [value for value, _ in AnswerForm(**of).fields["reason"].choices]
    assert offered == ["", *reasons_for(kind, answering)]
    for reason in set(RefusalReason) - set(reasons_for(kind, answering)):
        assert not AnswerForm({"answer": "no", "reason": reason}, **of).is_valid()


def test_a_company_s_reason_is_refused_to_an_association_by_the_operation_and_by_the_database(pair, client):
    introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
    client.force_login(pair.asker)
    page = shown(client.get(introduction.get_absolute_url()))
    assert "notre équipe est petite" in page
    assert "Budget de l’année" not in page
    with pytest.raises(DomainError, match="raison dans la liste"):
        operations.decline_introduction(introduction=introduction, reason="budget_spent", by=pair.asker)
    broken = {"status": "no", "answered_at": MONDAY, "retry_on": date(2027, 1, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.filter(pk=introduction.pk).update(**broken, refusal_reason="budget_spent")


def test_a_company_told_no_reads_what_a_company_can_do(pair, client):
    with clock.frozen(MONDAY):
        introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
        operations.decline_introduction(introduction=introduction, reason="out_of_mission", by=pair.asker)
        mail = OutgoingMail.objects.get(notification="partnerships.introduction_declined")
        client.force_login(pair.answerer)
        page = shown(client.get(introduction.get_absolute_url()))
    for told in (plain(mail.text), page):
        assert "les causes de votre politique" in told
        assert "23 novembre 2027" in told
        assert "/infotheque/?q=politique" in told
        assert "votre mission" not in told
    assert reverse("companies:policy", args=[pair.company.pk]) in page


def test_a_reason_of_another_kind_is_refused_by_the_operation_and_by_the_database(pair):
    introduction = pair.ask()
    for reason in ("schedule", "", "because"):
        with pytest.raises(DomainError, match="raison dans la liste"):
            operations.decline_introduction(introduction=introduction, reason=reason, by=pair.answerer)
    broken = {
        "status": "no",
        "refusal_reason": "schedule",
        "answered_at": MONDAY,
        "retry_on": date(2027, 1, 1),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.filter(pk=introduction.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.filter(pk=introduction.pk).update(
            **broken | {"kind": "volunteering", "retry_on": None}
        )
    assert Introduction.objects.filter(pk=introduction.pk).update(**broken | {"kind": "volunteering"})


def test_a_no_gives_its_date_and_the_pair_rests_until_that_day(pair):
    with clock.frozen(MONDAY) as now:
        introduction = declined(pair, "unclear")
        assert introduction.retry_on == date(2026, 12, 23)
        with pytest.raises(DomainError, match="à partir du 23\u00a0décembre 2026"):
            pair.ask()
        other = NeedFactory(company=pair.company, published=True)
        with pytest.raises(DomainError, match="à partir du 23\u00a0décembre 2026"):
            pair.ask(need=other)
        assert list(Introduction.objects.refused_until_after(date(2026, 12, 22))) == [introduction]
        now.move_to(datetime(2026, 12, 22, 22, 59, tzinfo=UTC))
        with pytest.raises(DomainError):
            pair.ask()
        now.move_to(datetime(2026, 12, 22, 23, 1, tzinfo=UTC))  # Midnight has passed in Paris.
        assert pair.ask().status == IntroductionStatus.REQUESTED
        assert not Introduction.objects.refused_until_after(clock.today()).exists()


def test_of_two_refusals_the_date_told_is_the_later(pair):
    """Whichever was said first: on the earlier of the two, nobody could write again yet."""
    pair_of = {"association": pair.association, "company": pair.company, "answered_at": clock.now()}
    for days in (30, 90, 60):
        IntroductionFactory(
            **pair_of,
            status=IntroductionStatus.NO,
            refusal_reason="timing",
            retry_on=clock.today() + timedelta(days=days),
        )
    with pytest.raises(DomainError, match=short_date(clock.today() + timedelta(days=90))):
        pair.ask()


def test_who_said_no_may_change_its_mind(pair):
    declined(pair)
    assert pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer).status == IntroductionStatus.REQUESTED


def test_a_date_already_given_stays(pair):
    introduction = declined(pair, "timing")
    given = introduction.retry_on
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    operations.edit_refusal_step(step=step, by=StaffFactory(), retry_after_days=700)
    introduction.refresh_from_db()
    assert introduction.retry_on == given


def test_a_kind_s_own_step_comes_before_the_one_of_any():
    own = RefusalStep.objects.create(
        reason="timing",
        kind=Kind.SKILLS,
        advice="L’équipe est en clôture.",
        rewrite="Proposez le printemps.",
        section=Rewrite.ASKS,
        retry_after_days=60,
        library_words="calendrier",
    )
    assert step_for("timing", Kind.SKILLS, Side.ASSOCIATION) == own
    assert step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION).kind == ""


def test_the_link_leads_to_the_search_until_a_document_is_there(pair, client):
    introduction = declined(pair, "amount")
    step = step_for("amount", Kind.FINANCIAL, Side.ASSOCIATION)
    found = next_steps_after(introduction)
    assert found.library_url == f"{reverse('infotheque:list')}?q=budget"
    assert client.get(found.library_url).status_code == 200
    document = DocumentFactory(published=True)
    operations.edit_refusal_step(step=step, by=StaffFactory(), document=document)
    found = next_steps_after(introduction)
    assert found.library_url.startswith(f"{document.get_absolute_url()}?")
    assert found.library_label == document.title
    type(document).objects.filter(pk=document.pk).update(status="draft", published_at=None)
    assert "?q=budget" in next_steps_after(introduction).library_url
    document.delete()
    assert "?q=budget" in next_steps_after(introduction).library_url


@pytest.mark.parametrize("section", Rewrite)
@pytest.mark.parametrize("side", Side)
def test_what_to_rewrite_leads_to_a_page_that_the_reader_can_open(pair, client, section, side):
    asker, answerer = (pair.asker, pair.answerer) if side == Side.ASSOCIATION else (pair.answerer, pair.asker)
    reason = "unclear" if side == Side.ASSOCIATION else "request_unclear"
    RefusalStep.objects.filter(reason=reason).update(section=section)
    project = ProjectFactory(association=pair.association, published=True)
    client.force_login(asker)
    for need in (pair.need, None):
        introduction = pair.ask(need=need, project=project, asked_by_side=side, by=asker)
        introduction = operations.decline_introduction(introduction=introduction, reason=reason, by=answerer)
        address = next_steps_after(introduction).rewrite_url
        assert client.get(address).status_code == 200
        assert address in shown(client.get(introduction.get_absolute_url()))
        Introduction.objects.update(retry_on=clock.today())
        # What was asked with is over since: the link still leads somewhere.
        type(project).objects.update(status="closed", closed_at=clock.now())
        if need:
            close_need(need=need, by=pair.answerer)
        introduction = Introduction.objects.with_parties().get(pk=introduction.pk)
        assert client.get(next_steps_after(introduction).rewrite_url).status_code == 200
        type(project).objects.update(status="published", closed_at=None)


def test_the_mail_and_the_page_tell_the_three_things(pair, client):
    with clock.frozen(MONDAY):
        introduction = declined(pair, "unclear")
        step = step_for("unclear", Kind.FINANCIAL, Side.ASSOCIATION)
        mail = OutgoingMail.objects.get(notification="partnerships.introduction_declined")
        client.force_login(pair.asker)
        for told in (plain(mail.text), shown(client.get(introduction.get_absolute_url()))):
            assert "23 décembre 2026" in told
            assert "/infotheque/?q=" in told
            assert "Réécrivez votre présentation" in told
        assert step.advice[:30] in plain(mail.text)


def test_the_team_edits_the_table_and_who_changed_what_is_kept(client):
    staff = StaffFactory(first_name="Nadia", last_name="Roux")
    client.force_login(staff)
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    assert step.get_reason_display() in shown(client.get(LIST))
    address = reverse("partnerships:refusal_step", args=[step.pk])
    response = client.post(address, valid(step, retry_after_days=90, rewrite="Dites la date."), follow=True)
    assert response.redirect_chain[-1][0] == LIST
    changes = {change.field: (change.before, change.after, change.by) for change in step.changes.all()}
    assert changes == {
        "retry_after_days": ("180", "90", staff),
        "rewrite": (step.rewrite, "Dites la date.", staff),
    }
    assert "Nadia" in shown(response)
    step.refresh_from_db()
    client.post(address, valid(step))
    assert RefusalStepChange.objects.count() == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"retry_after_days": "0"},
        {"retry_after_days": "-5"},
        {"retry_after_days": "6"},
        {"retry_after_days": "731"},
        {"retry_after_days": "bientôt"},
        {"retry_after_days": ""},
        {"advice": ""},
        {"advice": "   "},
        {"advice": "a" * 601},
        {"rewrite": ""},
        {"rewrite": "x" * 301},
        {"section": "ailleurs"},
        {"library_words": ""},
        {"library_words": "a\x00b"},
        {"document": "not-a-key"},
    ],
)
def test_bad_words_and_delays_are_refused_and_kept_on_screen(client, bad):
    client.force_login(StaffFactory())
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    address = reverse("partnerships:refusal_step", args=[step.pk])
    response = client.post(address, valid(step, advice="Un texte précieux") | bad)
    assert response.status_code == 422
    assert "advice" in bad or "Un texte précieux" in shown(response)
    assert ("Écrivez 7 ou plus" in shown(response)) is (bad.get("retry_after_days") in {"0", "-5", "6"})
    assert not RefusalStepChange.objects.exists()


def test_the_documents_to_choose_from_are_under_their_kind_by_title(client):
    """Eighty in one list, without a script, were a search by eye."""
    client.force_login(StaffFactory())
    for title, kind in {"C": "model_agreement", "E": "study", "B": "guide", "A": "guide"}.items():
        document = DocumentFactory(published=True, title=title, kind=kind)
    step = RefusalStep.objects.earliest("position")
    RefusalStep.objects.filter(pk=step.pk).update(document=document)
    page = client.get(reverse("partnerships:refusal_step", args=[step.pk])).content.decode()
    chosen = page[page.index('name="document"') :]
    chosen = chosen[: chosen.index("</select>")]
    told = ["Pas encore", 'label="Guide"', ">A<", ">B<", 'label="Étude"', ">E<", 'label="Modèle', ">C<"]
    assert sorted(told, key=chosen.index) == told
    assert f'value="{document.pk}" selected' in chosen


def test_a_draft_is_not_a_document_to_send_people_to(client):
    client.force_login(StaffFactory())
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    address = reverse("partnerships:refusal_step", args=[step.pk])
    draft = DocumentFactory()
    if draft.is_published:
        type(draft).objects.filter(pk=draft.pk).update(status="draft", published_at=None)
    assert client.post(address, valid(step, document=str(draft.pk))).status_code == 422


def test_nobody_else_reads_or_edits_the_table(client, pair):
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    address = reverse("partnerships:refusal_step", args=[step.pk])
    client.force_login(pair.asker)
    assert [client.get(LIST).status_code, client.get(address).status_code] == [404, 404]
    assert client.post(address, valid(step)).status_code == 404
    with pytest.raises(PermissionDenied):
        operations.edit_refusal_step(step=step, by=pair.asker, rewrite="Rien")


def test_the_operation_refuses_what_the_form_would(pair):
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    for changes in ({"retry_after_days": 0}, {"advice": ""}, {"section": "x"}):
        with pytest.raises(DomainError), transaction.atomic():
            operations.edit_refusal_step(step=step, by=StaffFactory(), **changes)
    with pytest.raises(ValueError, match="Not for editing"):
        operations.edit_refusal_step(step=step, by=StaffFactory(), reason="kind")
    with pytest.raises(IntegrityError), transaction.atomic():
        RefusalStep.objects.update(retry_after_days=0)


def test_the_table_asks_a_constant_number_of_queries(client, query_count):
    staff = StaffFactory()
    client.force_login(staff)
    client.get(LIST)
    step = step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)
    operations.edit_refusal_step(step=step, by=staff, retry_after_days=100)
    few = query_count(lambda: client.get(LIST))
    for days in range(101, 110):
        operations.edit_refusal_step(step=step, by=StaffFactory(), retry_after_days=days)
    assert query_count(lambda: client.get(LIST)) == few


# « Later » that comes back.


def test_a_postponed_request_whose_need_is_over_ends_and_both_are_told(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask()
        operations.postpone_introduction(
            introduction=introduction, later_on=date(2027, 1, 11), by=pair.answerer
        )
        close_need(need=pair.need, by=pair.answerer)
        now.move_to(datetime(2027, 1, 11, 10, tzinfo=UTC))
        agenda.run_due()
        agenda.run_due()
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.RELEASED
        assert introduction.ended_while_postponed
        told = OutgoingMail.objects.filter(notification="partnerships.introduction_over_meanwhile")
        assert {mail.recipient for mail in told} == {pair.asker, pair.answerer}
        assert all("11 janvier 2027" in plain(mail.text) for mail in told)
        assert agenda.next_step(introduction) is None


def test_asked_again_it_has_to_be_seen_again(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask()
        operations.mark_seen(introduction=introduction, by=pair.answerer)
        operations.postpone_introduction(
            introduction=introduction, later_on=clock.today() + timedelta(days=20), by=pair.answerer
        )
        now.advance(timedelta(days=21))
        agenda.run_due()
        introduction.refresh_from_db()
        assert (introduction.seen_at, introduction.answer_date) == (None, None)
        assert introduction.answered_at is not None


def test_the_date_of_later_is_shown_to_both_everywhere(pair, client):
    introduction = pair.ask()
    operations.postpone_introduction(
        introduction=introduction, later_on=clock.today() + timedelta(days=40), by=pair.answerer
    )
    day = plain(date_longue(clock.today() + timedelta(days=40)))
    for person in (pair.asker, pair.answerer):
        client.force_login(person)
        for address in (introduction.get_absolute_url(), reverse("partnerships:introductions")):
            assert day in shown(client.get(address))


def test_an_unknown_introduction_has_no_next_steps():
    assert next_steps_after(IntroductionFactory()) is None


def test_the_document_of_a_refusal_says_where_it_was_opened_from_but_not_in_a_mail(pair):
    RefusalStep.objects.filter(reason="timing").update(document=DocumentFactory(published=True))
    found = declined(pair)
    query = parse_qs(urlsplit(next_steps_after(found).library_url).query)
    asked_by = str(found.association.organisation_id)
    assert query == {"prescrit": ["refusal:timing"], "organisme": [asked_by]}
    assert "?" not in next_steps_after(found, absolute=True).library_url


def test_after_its_own_no_a_company_reads_what_comes_next(client, pair):
    """What the association reads, the other requests that wait, then what is suggested to it."""
    introduction = declined(pair)
    client.force_login(pair.answerer)
    page = shown(client.get(introduction.get_absolute_url()))
    assert f"{pair.association.organisation.name} lit votre réponse et sa raison" in page
    assert f"ne pourra pas vous redemander avant le {plain(date_longue(introduction.retry_on))}" in page
    assert "Aucune autre demande n’attend votre réponse. Votre besoin reste ouvert" in page
    assert f'href="{reverse("matching:suggestions")}">Voir les associations suggérées' in page
    for number, said in ((1, "Une autre demande attend"), (2, "2 autres demandes attendent")):
        other = IntroductionFactory(company=pair.company, requested_at=clock.now() - timedelta(days=number))
        page = shown(client.get(introduction.get_absolute_url()))
        assert said in page
        assert f'href="{other.get_absolute_url()}">Lire la demande de' in page, "the oldest first"


def test_after_its_own_no_an_association_is_led_to_the_needs(client, pair):
    introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
    reason = reasons_for(introduction.kind, Side.ASSOCIATION)[0]
    operations.decline_introduction(introduction=introduction, reason=reason, by=pair.asker)
    client.force_login(pair.asker)
    page = shown(client.get(introduction.get_absolute_url()))
    needs = f"{reverse('matching:suited_needs')}?association={introduction.association_id}"
    assert f'href="{needs}">Voir les besoins qui vous correspondent' in page


def test_the_team_is_not_told_what_comes_next_for_others(client, pair):
    client.force_login(StaffFactory())
    page = shown(client.get(declined(pair).get_absolute_url()))
    assert "Et maintenant" not in page
    company, association = pair.company.organisation.name, pair.association.organisation.name
    assert f"{association} ne pourra pas redemander {to_name(company)} avant le" in page
