import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from associations import hints
from associations.models import Ask, Project
from associations.operations import close_project, create_project, pause_project, publish_project, save_ask
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db

CREATE = reverse("associations:project_create")
DATA = {"title": "Un pont", "description": "Bâtir un pont.", "causes": ["education"]}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def association(user):
    return AssociationFactory(complete=True, members=[user])


@pytest.fixture
def project(association, user):
    return create_project(association=association, by=user, title="Ponts", description="Bâtir.")


def url(name, subject):
    return reverse(f"associations:{name}", args=[subject.pk])


def test_starts_from_the_association(client, association):
    form = client.get(CREATE).context["form"]
    assert [cause.slug for cause in form.initial["causes"]] == [
        cause.slug for cause in association.causes.all()
    ]


def test_form_sent_twice_makes_one_project(client, association):
    key = client.get(CREATE).context["form"]["project_id"].value()
    for _ in range(2):
        response = client.post(CREATE, {**DATA, "project_id": key})
        assert response.headers["Location"] == url("project_detail", Project.objects.get())
    assert str(Project.objects.get().pk) == key


def test_going_back_and_sending_again_makes_no_second_draft(client, association):
    for _ in range(2):
        key = client.get(CREATE).context["form"]["project_id"].value()
        response = client.post(CREATE, {**DATA, "project_id": key})
        assert response.headers["Location"] == url("project_detail", Project.objects.get())
    client.post(CREATE, {**DATA, "title": "Un autre", "project_id": str(uuid.uuid4())})
    assert Project.objects.count() == 2


def test_what_waits_for_the_check_says_so_once_and_the_team_reads_it_with_the_record(client, user):
    association = AssociationFactory(complete=True, members=[user], organisation__status="to_check")
    project = ProjectFactory(association=association)
    AskFactory(project=project)
    page = client.post(url("project_publish", project), follow=True).content.decode()
    assert "Le projet est prêt" in page
    assert "Le projet est publié" not in page
    assert "Prêt, pas encore visible" in page
    assert "Proposer ce projet aux entreprises" not in page
    assert "Prêt depuis le" in page
    assert "Publié" not in page
    for listed in (association.get_absolute_url(), "/tableau-de-bord/"):
        page = client.get(listed).content.decode()
        assert "Prêt" in page
        assert "Publié" not in page
    client.force_login(StaffFactory())
    assert project.title in client.get(f"/equipe/organismes/{association.organisation_id}/").content.decode()


def test_of_which_association(client, association, user):
    second = AssociationFactory(complete=True, members=[user])
    client.post(f"{CREATE}?association={second.pk}", DATA)
    assert Project.objects.get().association == second
    for wrong in (AssociationFactory().pk, uuid.uuid4(), "x"):
        assert client.get(f"{CREATE}?association={wrong}").status_code == 404


def test_nobody_without_an_association(client):
    assert client.get(CREATE).status_code == 302
    client.force_login(UserFactory())
    assert client.get(CREATE).status_code == 404
    client.force_login(StaffFactory())
    assert client.post(CREATE, DATA).status_code == 404


@pytest.mark.parametrize(
    "name", ["project_detail", "project_edit", "project_publish", "project_close", "ask_create"]
)
def test_draft_of_others_does_not_exist(client, name):
    project = ProjectFactory()
    for user in (None, UserFactory(), AssociationFactory(members=[UserFactory()]).organisation.members.get()):
        client.logout()
        if user:
            client.force_login(user)
        expected = {404} if user or name == "project_detail" else {302}
        assert client.get(url(name, project)).status_code in expected
        if name != "project_detail":
            assert client.post(url(name, project)).status_code in expected


def test_asks_of_others_do_not_exist(client, user):
    ask = AskFactory(project=ProjectFactory(published=True))
    for name in ("ask_edit", "ask_delete"):
        assert client.get(url(name, ask)).status_code == 404
        assert client.post(url(name, ask), {"amount": "1"}).status_code == 404
    assert Ask.objects.get().amount == ask.amount


def test_visitor_reads_a_published_project(client):
    project = ProjectFactory(published=True, title="Un <b>pont</b>")
    AskFactory(project=project, amount="12500.50")
    text = client.get(url("project_detail", project)).text
    assert "Un &lt;b&gt;pont" in text
    assert "12\u202f500,50\u00a0€" in text
    for hidden in ("Modifier", "Clôturer", "next-step", "Ce qui s’est passé", "que de l’argent"):
        assert hidden not in text


def test_whole_life_by_the_pages(client, project):
    money = f"{url('ask_create', project)}?forme=financial"
    assert client.post(money, {"amount": "12 500,50"}).status_code == 302
    ask = Ask.objects.get()
    client.post(url("ask_edit", ask), {"amount": "900"})
    ask.refresh_from_db()
    assert ask.amount == 900
    for _ in range(2):
        response = client.post(url("project_publish", project), follow=True)
        assert response.status_code == 200
    assert "n’est plus possible" in response.text
    project.refresh_from_db()
    assert project.status == "published"
    response = client.post(url("ask_delete", ask), follow=True)
    assert "dernière demande" in response.text
    client.post(url("project_close", project), {"note": "Trouvé"})
    project.refresh_from_db()
    assert project.status == "closed"
    assert "Trouvé" in client.get(url("project_detail", project)).text
    late = client.post(url("project_close", project), {"note": "Plus le temps"})
    assert late.status_code == 422
    assert "Plus le temps" in late.text


@pytest.mark.parametrize("name", ["project_publish", "project_close"])
def test_reading_a_confirmation_changes_nothing(client, project, user, name):
    save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=5)
    assert client.get(url(name, project)).status_code == 200
    assert client.head(url(name, project)).status_code == 200
    project.refresh_from_db()
    assert project.status == "draft"


def test_publishing_too_early_says_what_to_do(client, project):
    response = client.post(url("project_publish", project), follow=True)
    assert "au moins une demande" in response.text
    page = client.get(url("project_publish", project)).text
    assert "au moins une demande" in page
    assert "Oui, publier" not in page


def test_edit_keeps_what_was_typed_when_refused(client, project):
    response = client.post(url("project_edit", project), {"title": "x" * 151, "description": "Mon texte"})
    assert "Mon texte" in response.text
    assert client.post(url("project_edit", project), DATA).status_code == 302
    project.refresh_from_db()
    assert project.title == "Un pont"


def test_kind_is_chosen_first(client, project):
    text = client.get(url("ask_create", project)).text
    for kind in Kind:
        assert f'href="?forme={kind}"' in text
    assert client.get(f"{url('ask_create', project)}?forme=autre").status_code == 404


@pytest.mark.parametrize("kind", Kind)
def test_page_of_each_kind(client, project, kind):
    response = client.get(f"{url('ask_create', project)}?forme={kind}")
    assert response.status_code == 200
    assert f"<h1>{Kind(kind).label}</h1>" in response.text


def test_ask_form_sent_twice_makes_one_ask(client, project):
    page = f"{url('ask_create', project)}?forme=volunteering"
    key = client.get(page).context["form"]["ask_id"].value()
    for _ in range(2):
        assert client.post(page, {"volunteers": "5", "ask_id": key}).status_code == 302
    assert Ask.objects.get().volunteers == 5


def test_ask_removed_twice(client, project, user):
    ask = save_ask(project=project, by=user, kind=Kind.IN_KIND, goods="Une salle")
    assert client.get(url("ask_delete", ask)).status_code == 200
    for _ in range(2):
        assert client.post(url("ask_delete", ask)).status_code == 302
    assert not Ask.objects.exists()


def test_edited_ask_cannot_take_the_key_of_another(client, project, user):
    mine = save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=5)
    other = AskFactory()
    client.post(url("ask_edit", mine), {"amount": "7", "ask_id": other.pk})
    other.refresh_from_db()
    mine.refresh_from_db()
    assert (mine.amount, other.amount) == (7, 5000)


def test_money_alone_is_told_what_else_would_open(client, project, user, monkeypatch):
    monkeypatch.setattr(hints, "_hints", [])
    hints.register_project_hint(lambda project: None)
    hints.register_project_hint(
        lambda project: hints.Hint("3 entreprises offrent des compétences.", "/besoins/", "Voir")
    )
    save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=5)
    text = client.get(url("project_detail", project)).text
    assert "3 entreprises offrent des compétences." in text
    assert "/besoins/" in text
    save_ask(project=project, by=user, kind=Kind.IN_KIND, goods="Une salle")
    assert "3 entreprises" not in client.get(url("project_detail", project)).text


def test_page_costs_the_same_with_ten_asks(client, project, user, query_count):
    AskFactory(project=project)
    client.get(url("project_detail", project))
    few = query_count(lambda: client.get(url("project_detail", project)))
    AskFactory.create_batch(9, project=project)
    assert query_count(lambda: client.get(url("project_detail", project))) == few


def test_closed_project_stays_readable_without_its_buttons(client, project, user):
    save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=5)
    publish_project(project=project, by=user)
    client.post(url("project_close", project))
    client.logout()
    response = client.get(url("project_detail", project))
    assert response.status_code == 200
    assert "Projet clos" in response.text


def test_a_closing_note_that_cannot_be_kept_is_refused(client, association, user):
    project = ProjectFactory(association=association, published=True)
    client.force_login(user)
    address = reverse("associations:project_close", args=[project.pk])
    for note in ("a\x00b", "a" * 501):
        assert client.post(address, {"note": note}).status_code == 422
        project.refresh_from_db()
        assert project.status == "published"


@pytest.mark.parametrize(
    ("reader", "label", "page"),
    [
        (None, "Inscrire mon entreprise", "accounts:sign_up"),
        (UserFactory, "Inscrire mon entreprise", "companies:register"),
        (
            lambda: member_of(CompanyFactory(organisation__status="to_check")),
            "vérifié votre entreprise",
            None,
        ),
        (lambda: member_of(CompanyFactory()), "Demander une mise en relation", None),
        (lambda: member_of(AssociationFactory()), "Voir les besoins des entreprises", "companies:need_list"),
    ],
)
def test_whoever_reads_a_public_project_finds_what_to_do_next(client, reader, label, page):
    project = ProjectFactory(published=True)
    if reader:
        client.force_login(reader())
    text = client.get(url("project_detail", project)).text
    assert label in text
    assert page is None or f'href="{reverse(page)}"' in text
    assert ("Connectez-vous" in text) == (reader is None)


def test_a_project_that_waits_or_is_closed_asks_for_nothing_and_leads_on(client):
    project = ProjectFactory(published=True, association__stance="expert_only")
    closed = ProjectFactory(published=True)
    close_project(project=closed, by=None)
    for read in (project, closed):
        text = client.get(url("project_detail", read)).text
        assert "Voir d’autres associations" in text
        assert "Inscrire mon entreprise" not in text


def test_the_team_is_not_asked_to_sign_up_on_the_page_of_a_project(client):
    client.force_login(StaffFactory())
    assert "Et maintenant" not in client.get(url("project_detail", ProjectFactory(published=True))).text


def test_a_project_ready_in_an_unfinished_record_says_what_is_missing(client, user):
    association = AssociationFactory(members=[user], organisation__status="to_check")
    project = ProjectFactory(association=association, published=True)
    page = client.get(project.get_absolute_url()).content.decode()
    assert "Prêt, pas encore visible" in page
    assert "Rien d’autre à faire" not in page
    assert reverse("associations:edit", args=[association.pk]) in page
    complete = AssociationFactory(complete=True, members=[user], organisation__status="to_check")
    ready = ProjectFactory(association=complete, published=True)
    assert "Rien d’autre à faire" in client.get(ready.get_absolute_url()).content.decode()


def test_a_paused_project_is_said_in_pause_wherever_its_state_is(client, user):
    project = ProjectFactory(association=AssociationFactory(complete=True, members=[user]), published=True)
    pause_project(project=project, until=clock.today() + timedelta(days=30), by=None)
    for page in (project.get_absolute_url(), "/tableau-de-bord/"):
        html = client.get(page).content.decode()
        assert "En pause" in html
        assert ">Publié<" not in html


def test_the_ask_to_remove_is_said_whole(client, user):
    project = ProjectFactory(association=AssociationFactory(complete=True, members=[user]))
    _, other = (AskFactory(project=project, kind="financial", amount=amount) for amount in (1200, 3400))
    both = client.get(project.get_absolute_url()).content.decode()
    for number in (1, 2):
        for verb in ("Modifier", "Retirer"):
            assert f'{verb}<span class="visually-hidden"> la demande {number}' in both
    page = client.get(reverse("associations:ask_delete", args=[other.pk])).content.decode()
    assert "3\u202f400" in page
    assert "1\u202f200" not in page
