"""The register of baskets: set-based, exact, and the same after two runs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from mecenova.agenda.models import Stay
from mecenova.agenda.operations import keys_of, open_stays, register_stays
from tests.mail.factories import PersonFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def basket():
    return User.objects.filter(last_name="Attend")


def register(name="silencieuses", subjects=None, why=lambda person, since: f"{person.first_name} a répondu."):
    found = keys_of({name: basket() if subjects is None else subjects})
    return register_stays(basket=name, stays=open_stays()[name], wanted=found[name], why=why)


def test_who_comes_in_and_who_goes_out(frozen):
    first, second = PersonFactory(last_name="Attend", first_name="Ada"), PersonFactory(last_name="Attend")
    assert register() == (2, 0)
    frozen.advance(timedelta(days=1))
    User.objects.filter(pk=first.pk).update(last_name="Parti")
    assert register() == (0, 1)
    gone = Stay.objects.get(subject_id=first.pk)
    assert (gone.left_at, gone.why) == (frozen(), "Ada a répondu.")
    assert Stay.objects.open().get().subject == second


def test_two_runs_change_nothing(frozen):
    PersonFactory.create_batch(3, last_name="Attend")
    register()
    before = list(Stay.objects.order_by("pk").values())
    assert register() == (0, 0)
    assert list(Stay.objects.order_by("pk").values()) == before


def test_who_comes_back_has_another_stay(frozen):
    person = PersonFactory(last_name="Attend")
    register()
    User.objects.update(last_name="Parti")
    frozen.advance(timedelta(hours=1))
    register()
    User.objects.update(last_name="Attend")
    frozen.advance(timedelta(hours=1))
    register()
    assert Stay.objects.filter(subject_id=person.pk).count() == 2
    assert Stay.objects.open().count() == 1


def test_who_leaves_again_changes_nothing_of_a_former_stay(frozen):
    PersonFactory(last_name="Attend", first_name="Ada")
    left = []
    for why in ("a répondu", "a quitté le site"):
        User.objects.update(last_name="Attend")
        register()
        frozen.advance(timedelta(hours=1))
        User.objects.update(last_name="Parti")
        register(why=lambda person, since, why=why: f"{person.first_name} {why}.")
        left.append((frozen(), f"Ada {why}."))
    assert list(Stay.objects.order_by("left_at").values_list("left_at", "why")) == left


def test_who_no_longer_exists_leaves(frozen):
    PersonFactory(last_name="Attend")
    register()
    basket().delete()
    assert register() == (0, 1)
    assert Stay.objects.get().why == "N’existe plus."


def test_baskets_do_not_mix(frozen):
    PersonFactory(last_name="Attend")
    register()
    register("autres")
    assert register("autres", User.objects.none()) == (0, 1)
    assert [stay.basket for stay in Stay.objects.open()] == ["silencieuses"]


def test_the_database_refuses_a_second_open_stay(frozen):
    PersonFactory(last_name="Attend")
    register()
    stay = Stay.objects.get()
    with pytest.raises(IntegrityError, match="one_open_stay_per_basket"):
        Stay.objects.create(basket=stay.basket, subject_type=stay.subject_type, subject_id=stay.subject_id)


def test_as_many_queries_for_one_as_for_many(frozen, query_count):
    PersonFactory.create_batch(2, last_name="Attend")
    few = query_count(register)
    PersonFactory.create_batch(20, last_name="Attend")
    assert query_count(register) <= few
    User.objects.filter(last_name="Attend").update(last_name="Parti", first_name="Ada")
    apart = 2 * 22  # Each reason is read apart, and undone alone where it raises.
    assert query_count(register) <= few + 3 + apart


@pytest.mark.django_db(transaction=True)
def test_two_registers_at_once_write_each_stay_once():
    PersonFactory.create_batch(5, last_name="Attend")

    def call():
        try:
            return register()
        finally:
            connection.close()

    at_once(call, call)
    assert Stay.objects.count() == 5


def test_a_reason_that_raises_costs_its_own_line_only(frozen, caplog):
    """Even one that breaks what the database was asked: the others leave, and it leaves another time."""
    first, second = PersonFactory.create_batch(2, last_name="Attend")
    register()
    User.objects.filter(pk__in=[first.pk, second.pk]).update(last_name="Parti")
    newcomer = PersonFactory(last_name="Attend")

    def why(person, since):
        if person == first:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return "Vu."

    assert register(why=why) == (1, 1)
    open_ones = Stay.objects.open().values_list("subject_id", flat=True)
    assert set(open_ones) == {first.pk, newcomer.pk}
    assert Stay.objects.all().untold().get().subject == first
    assert f"reason to leave silencieuses of the subject {first.pk} raised" in caplog.text
    assert first.first_name not in caplog.messages[-1]
    assert register() == (0, 1)
    assert Stay.objects.get(subject_id=first.pk).why == f"{first.first_name} a répondu."


def test_who_comes_back_before_a_reason_could_be_read_has_not_left(frozen):
    person = PersonFactory(last_name="Attend")
    register()
    User.objects.filter(pk=person.pk).update(last_name="Parti")
    register(why=lambda person, since: str(1 // 0))
    assert Stay.objects.all().untold().exists()
    User.objects.filter(pk=person.pk).update(last_name="Attend")
    register()
    stay = Stay.objects.get()
    assert (stay.left_at, stay.why) == (None, "")
