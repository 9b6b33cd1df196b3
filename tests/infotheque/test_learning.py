"""The learning paths: what comes with the site, answering, finishing, and what the pages show of it."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.operations import erase_organisation, merge_organisations, withdraw_organisation
from accounts.operations.erasing import ERASED
from associations.exercises import (
    ADVICE,
    MODELS,
    conclude_agreement,
    conclude_budget,
    conclude_general_interest,
    conclude_pitch,
)
from associations.readiness import completeness, is_complete, with_learning
from infotheque import exercises
from infotheque.assessment import HIGHEST, radars, weakest
from infotheque.exercises import exercise_of
from infotheque.models import Progress, Step
from infotheque.operations import answer_step, finish_step, load_paths, take_up_step
from infotheque.shelf.courses import courses
from infotheque.shelf.records import records
from mecenova.mail.models import OutgoingMail
from mecenova.ui.typography import french_text
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.infotheque.factories import PathFactory, ProgressFactory, StepFactory
from tests.posting import as_posted, opened

COURSES = {course.slug: course for course in courses()}
PREPARE = "preparer-un-partenariat"


def test_each_step_has_its_lesson_its_document_and_its_exercise():
    slugs = {record.slug for record in records()}
    keys = {(slug, lesson.fields["key"]) for slug, course in COURSES.items() for lesson in course.lessons}
    assert keys == exercises.registered()
    assert len(COURSES[PREPARE].lessons) in range(12, 15)
    for course in COURSES.values():
        for lesson in course.lessons:
            assert lesson.document in slugs
            assert len(lesson.fields["lesson"].split()) >= 40
            assert lesson.fields["exercise"]
            for text in (lesson.fields["lesson"], lesson.fields["title"], lesson.fields["exercise"]):
                assert text == french_text(text)


def test_what_a_self_assessment_advises_are_steps_of_its_path():
    for slug, course in COURSES.items():
        keys = {lesson.fields["key"] for lesson in course.lessons}
        exercise = exercise_of(slug, "ou-en-sommes-nous")
        assert len(exercise.dimensions) == 10
        assert {dimension.step_key for dimension in exercise.dimensions} <= keys


def test_the_weakest_dimensions_name_three_steps_each_once():
    exercise = exercise_of(PREPARE, "ou-en-sommes-nous")
    answers = {dimension.key: str(HIGHEST) for dimension in exercise.dimensions}
    assert weakest(exercise, answers) == []
    answers |= {"heads": "0", "time": "0", "budget": "1", "team": "2", "mission": "2"}
    assert weakest(exercise, answers) == ["co-construire", "budget-du-projet", "dire-sa-mission"]
    assert weakest(exercise, {}) == []


def test_the_picture_says_what_the_table_says_and_waits_for_every_answer():
    exercise = exercise_of(PREPARE, "ou-en-sommes-nous")
    answers = {dimension.key: "0" for dimension in exercise.dimensions}
    assert radars(exercise, {**answers, "mission": "9"}) == []
    first, second = radars(exercise, answers | {"mission": "3"})
    assert [branch.said for branch in first.branches] == ["Oui, tout à fait", *["Pas encore"] * 5]
    points = first.shape.split()
    assert points[0] == "150.0,58.0"
    assert set(points[1:]) == {"150.0,150.0"}
    assert len(second.branches) == 4
    assert "," not in "".join(branch.label_x for branch in first.branches)
    names = [" ".join(words for words, _ in branch.lines) for branch in first.branches]
    assert names == [branch.name for branch in first.branches]
    # At 390 pixels, a line of a label has room for so many letters beside the picture.
    assert (
        max(len(words) for branch in (*first.branches, *second.branches) for words, _ in branch.lines) <= 13
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, ""),
        ({"total": "7260.00", "secured": "3340.00", "asked": "920.00"}, "3\u202f000"),
        ({"total": "7260.00", "secured": "3340.00", "asked": "920.00"}, "46\u00a0%"),
        ({"total": "100.00", "secured": "90.00", "asked": "20.00"}, "dépassent"),
        ({"total": "0.00", "secured": "0.00", "asked": "0.00"}, "plus grand que zéro"),
        ({"total": "100.00", "secured": "60.00", "asked": "40.00"}, "rien à trouver"),
    ],
)
def test_the_budget_counts_what_is_left(answers, said):
    assert said in conclude_budget(answers)


def test_other_conclusions():
    four = ("lucrative", "management", "circle", "nature")
    assert "Quatre" in conclude_general_interest(dict.fromkeys(four, "yes"))
    assert "ne délivrez pas" in conclude_general_interest(dict.fromkeys(four, "yes") | {"circle": "no"})
    assert "rescrit" in conclude_general_interest({"nature": "unsure"})
    assert "2 mots" in conclude_pitch({"who": "Dix enfants"}).replace("\u00a0", " ")
    assert "coupez" in conclude_pitch({"who": "mot " * 151})
    assert conclude_pitch({}) == ""
    assert set(ADVICE) == {value for value, _ in MODELS}
    assert conclude_agreement({"brings": "autre"}) == ""


@pytest.fixture
def member(db):
    return UserFactory()


@pytest.fixture
def association(member):
    return AssociationFactory(complete=True, members=[member])


@pytest.fixture
def step(db):
    return StepFactory()


def test_finishing_twice_is_finishing_once(association, member, step):
    organisation = association.organisation
    first = finish_step(organisation=organisation, step=step, by=member)
    second = finish_step(organisation=organisation, step=step, by=member)
    assert (first.pk, first.done_at) == (second.pk, second.done_at)
    assert [line.verb for line in history(first)] == ["finish"]
    take_up_step(organisation=organisation, step=step, by=member)
    again = take_up_step(organisation=organisation, step=step, by=member)
    assert not again.is_done
    assert [line.verb for line in history(first)] == ["finish", "take_up"]


def test_a_step_that_lacks_something_is_not_finished_and_says_what(db, member):
    load_paths(by=StaffFactory())
    association = AssociationFactory(members=[member])
    step = Step.objects.select_related("path").get(path__slug=PREPARE, key="dire-sa-mission")
    with pytest.raises(DomainError, match="votre mission en deux phrases"):
        finish_step(organisation=association.organisation, step=step, by=member)
    minute = Step.objects.select_related("path").get(path__slug=PREPARE, key="une-minute")
    answer_step(organisation=association.organisation, step=minute, answers={"who": "Nous"}, by=member)
    with pytest.raises(DomainError, match="Ce qui ne va pas"):
        finish_step(organisation=association.organisation, step=minute, by=member)
    with pytest.raises(TypeError):
        answer_step(organisation=association.organisation, step=minute, answers={"autre": "x"}, by=member)
    assert Progress.objects.get(step=minute).answers == {"who": "Nous"}


def test_nobody_learns_in_another_ones_name(association, step):
    company = CompanyFactory(members=[rival := UserFactory()])
    for user, organisation in (
        (UserFactory(), association.organisation),
        (StaffFactory(), association.organisation),
        (rival, association.organisation),
        (rival, company.organisation),
    ):
        with pytest.raises(PermissionDenied):
            finish_step(organisation=organisation, step=step, by=user)
    assert not Progress.objects.exists()


def test_the_next_step_is_the_first_that_is_not_done(association, member):
    path = PathFactory()
    first, second = (StepFactory(path=path, position=place) for place in (1, 2))
    StepFactory(path=PathFactory(readers="companies"), position=1)
    organisation = association.organisation
    assert Step.objects.next_for(organisation) == first
    finish_step(organisation=organisation, step=first, by=member)
    assert Step.objects.next_for(organisation) == second
    finish_step(organisation=organisation, step=second, by=member)
    assert Step.objects.next_for(organisation) is None


def test_a_path_raises_completeness_and_gates_nothing(association, member, step):
    before = with_learning(completeness(association), association)
    assert (before.is_complete, before.percent < 100) == (True, True)
    finish_step(organisation=association.organisation, step=step, by=member)
    after = with_learning(completeness(association), association)
    assert after.percent == 100
    assert is_complete(association)


def test_what_a_record_learned_goes_with_its_name(association, member, step):
    organisation = association.organisation
    answer_step(organisation=organisation, step=step, answers={}, by=member)
    learned = finish_step(organisation=organisation, step=step, by=member)
    another = ProgressFactory(organisation=AssociationFactory().organisation, answers={"a": "b"})
    withdraw_organisation(organisation=organisation, by=None)
    OutgoingMail.objects.all().delete()
    erase_organisation(organisation=organisation, by=StaffFactory())
    assert Progress.objects.get() == another
    assert {line.note for line in history(learned)} == {ERASED}


def test_what_two_records_learned_follows_a_merge(db):
    staff = StaffFactory()
    kept, gone = (AssociationFactory(organisation__name=name).organisation for name in ("Un", "Deux"))
    both, alone = StepFactory(), StepFactory()
    ProgressFactory(organisation=kept, step=both)
    ProgressFactory(organisation=gone, step=both, done=True, answers={"a": "b"})
    ProgressFactory(organisation=gone, step=alone)
    merge_organisations(kept=kept, gone=gone, by=staff)
    rows = {progress.step_id: progress for progress in Progress.objects.filter(organisation=kept)}
    assert set(rows) == {both.pk, alone.pk}
    assert rows[both.pk].is_done
    assert rows[both.pk].answers == {"a": "b"}


def address(step, name="step"):
    return reverse(f"infotheque:{name}", args=[step.path.slug, step.key])


@pytest.fixture
def shelf(db):
    load_paths(by=StaffFactory())
    return {step.key: step for step in Step.objects.select_related("path").filter(path__slug=PREPARE)}


def test_a_visitor_reads_every_step_and_finds_no_form(client, shelf):
    assert "Préparer un partenariat" in client.get(reverse("infotheque:path_list")).text
    assert client.get(reverse("infotheque:path", args=[PREPARE])).status_code == 200
    for step in shelf.values():
        text = client.get(address(step)).text
        assert "Connectez-vous" in text
        assert "form-panel" not in text
    assert client.post(address(step, "step_answer"), {}).status_code == 302
    assert not Progress.objects.exists()


def test_a_member_answers_every_step(client, shelf, association, member):
    client.force_login(member)
    for step in shelf.values():
        exercise = exercise_of(PREPARE, step.key)
        data = {each.key: each.choices[0][0] if each.choices else "100" for each in exercise.questions}
        data |= {each.key: "1" for each in exercise.dimensions}
        response = client.post(address(step, "step_answer"), {**data, "terminer": "1"})
        assert response.status_code == 302, step.key
        assert client.get(response.url).status_code == 200
    assert Progress.objects.done().filter(organisation=association.organisation).count() == len(shelf)
    page = client.get(reverse("infotheque:path", args=[PREPARE])).text
    assert "Continuer" not in page
    picture = client.get(address(shelf["ou-en-sommes-nous"])).text
    assert picture.count("<polygon") == 8
    assert "style=" not in picture
    assert not re.search(r'(?:x1|y1|x2|y2|x|y)="\d+,', picture)


def test_what_was_typed_is_kept_when_a_step_cannot_end(client, shelf, association, member):
    client.force_login(member)
    minute = shelf["une-minute"]
    response = client.post(address(minute, "step_answer"), {"who": "Quarante femmes", "terminer": "1"})
    assert response.status_code == 422
    assert "Quarante femmes" in response.text
    assert "Il manque encore" in response.text
    assert Progress.objects.get().answers == {"who": "Quarante femmes"}
    corrected = as_posted(response.context["form"]) | {"who": "Trente femmes"}
    assert client.post(address(minute, "step_answer"), corrected).status_code == 302, "kept, and one's own"
    budget = shelf["budget-du-projet"]
    refused = client.post(address(budget, "step_answer"), {"total": "beaucoup"})
    assert refused.status_code == 422
    assert "beaucoup" in refused.text


def test_two_colleagues_at_one_step_keep_what_each_has_written(client, shelf, association, member):
    client.force_login(member)
    step = shelf["une-minute"]
    first, second, *_ = (each.key for each in exercise_of(PREPARE, step.key).questions)
    form = opened(client, address(step))
    answer_step(organisation=association.organisation, step=step, answers={first: "D’elle."}, by=member)
    assert client.post(address(step, "step_answer"), form | {second: "De moi."}).status_code == 302
    assert Progress.objects.get().answers == {first: "D’elle.", second: "De moi."}
    answer = client.post(address(step, "step_answer"), form | {first: "Autrement."})
    assert answer.status_code == 409
    assert "D’elle." in answer.text
    assert Progress.objects.get().answers[first] == "D’elle."
    there = re.search(r'href="([^"]+)" target="_blank"', answer.text)
    assert client.get(there[1]).status_code == 200
    again = as_posted(answer.context["form"])
    assert client.post(address(step, "step_answer"), again).status_code == 302
    assert Progress.objects.get().answers == {first: "Autrement.", second: "De moi."}


def test_answers_are_seen_by_their_own_people_only(client, shelf, association, member):
    answers = {"hope": "Un secret bien gardé"}
    first = shelf["s-inscrire-ne-suffit-pas"]
    answer_step(organisation=association.organisation, step=first, answers=answers, by=member)
    there = f"{address(first)}?organisme={association.organisation.pk}"
    for reader in (
        None,
        StaffFactory(),
        CompanyFactory(members=[UserFactory()]).organisation.members.first(),
    ):
        if reader:
            client.force_login(reader)
        assert "Un secret" not in client.get(there).text
    client.force_login(member)
    assert "Un secret" in client.get(there).text
    assert client.get(f"{address(first)}?organisme=n%00'importe").status_code == 400


def test_companies_see_the_steps_done_only_when_the_association_wishes(client, association, member, step):
    finish_step(organisation=association.organisation, step=step, by=member)
    reader = CompanyFactory(members=[UserFactory()]).organisation.members.first()
    page, said = association.get_absolute_url(), "Se prépare au partenariat"
    assert said not in client.get(page).text
    client.force_login(member)
    assert "(seules l’association et l’équipe IMS le voient)" in client.get(page).text
    client.logout()
    client.force_login(reader)
    assert said not in client.get(page).text
    association.shows_learning = True
    association.save()
    assert said in client.get(page).text
    client.logout()
    assert said not in client.get(page).text


def test_the_path_asks_as_many_queries_with_one_step_as_with_ten(
    client, association, member, django_assert_num_queries
):
    client.force_login(member)
    path = PathFactory()
    StepFactory(path=path, position=1)
    page = reverse("infotheque:path", args=[path.slug])
    client.get(page)
    with django_assert_num_queries(6):
        client.get(page)
    for place in range(2, 11):
        ProgressFactory(organisation=association.organisation, step__path=path, step__position=place)
    with django_assert_num_queries(6):
        client.get(page)


def test_the_dashboard_leads_to_the_next_step(client, association, member, step):
    MembershipFactory(organisation=association.organisation)
    client.force_login(member)
    assert step.get_absolute_url() in client.get(reverse("pages:dashboard")).text
    finish_step(organisation=association.organisation, step=step, by=member)
    assert step.get_absolute_url() not in client.get(reverse("pages:dashboard")).text


@pytest.mark.django_db
def test_a_step_says_how_long_it_takes_as_people_say_it(client):
    """The same words for one step as for a whole path."""
    path = PathFactory()
    short, long = StepFactory(path=path, minutes=1), StepFactory(path=path, minutes=120)
    client.force_login(StaffFactory())
    pages = [path.get_absolute_url(), reverse("infotheque:course_edit", args=[path.pk])]
    for address in pages:
        page = client.get(address).text
        assert "Environ 1\u00a0minute" in page
        assert "1\u00a0minutes" not in page
        assert "Environ 2\u00a0heures" in page
    PathFactory()
    assert "0 étape, environ 0\u00a0minute" in client.get(reverse("infotheque:path_list")).text
    assert "environ 1\u00a0minute" in client.get(short.get_absolute_url()).text
    assert "environ 2\u00a0heures" in client.get(long.get_absolute_url()).text
