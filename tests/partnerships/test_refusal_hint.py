"""On a project's page, the last no that it was told, and how many others said no too."""

from datetime import timedelta

import pytest

from mecenova.calendar import clock
from partnerships.enums import IntroductionStatus, RefusalReason, Side
from partnerships.refusals import next_steps_after, refusal_hint
from tests.associations.factories import ProjectFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def refused(project, name, *, days, **given):
    return IntroductionFactory(
        association=project.association,
        project=project,
        company__organisation__name=name,
        status=IntroductionStatus.NO,
        refusal_reason=RefusalReason.TIMING,
        answered_at=clock.now() - timedelta(days=days),
        retry_on=clock.today() + timedelta(days=30),
        **given,
    )


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (0, None),
        (1, "Une autre entreprise a aussi répondu non."),
        (2, "2 autres entreprises ont aussi répondu non."),
    ],
)
def test_the_last_no_is_told_and_the_others_are_counted(others, said):
    project = ProjectFactory(published=True)
    last = refused(project, "La Dernière", days=1)
    for number in range(others):
        refused(project, f"Une Ancienne {number}", days=5 + number)
    hint = refusal_hint(project)
    assert hint.text.startswith("La Dernière a répondu non")
    if said is None:
        assert "autre" not in hint.text.partition("Vous pourrez")[2]
        assert hint.url == last.get_absolute_url()
    else:
        assert hint.text.endswith(said)
        assert hint.url != last.get_absolute_url()


def test_a_no_that_the_association_said_itself_is_no_hint():
    project = ProjectFactory(published=True)
    refused(project, "Qui demandait", days=1, asked_by_side=Side.COMPANY)
    assert refusal_hint(project) is None


def test_a_mail_leads_to_whole_addresses_and_a_page_to_paths():
    introduction = refused(ProjectFactory(published=True), "La Dernière", days=1)
    on_page, in_mail = next_steps_after(introduction), next_steps_after(introduction, absolute=True)
    for path, whole in (
        (on_page.rewrite_url, in_mail.rewrite_url),
        (on_page.library_url, in_mail.library_url),
    ):
        assert path.startswith("/")
        assert whole.startswith("http://testserver/")
