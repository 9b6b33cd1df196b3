"""People, and mails in the outbox."""

from uuid import uuid4

import factory
from django.contrib.auth import get_user_model

from mecenova.calendar import clock
from mecenova.mail.addresses import message_id_for
from mecenova.mail.enums import Category
from mecenova.mail.models import OutgoingMail


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    email = factory.Sequence(lambda n: f"personne{n}@exemple.test")
    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Martin{n}")


class OutgoingMailFactory(factory.django.DjangoModelFactory):
    """A ready-made mail, due now."""

    class Meta:
        model = OutgoingMail

    key = factory.LazyFunction(lambda: f"message:{uuid4()}")
    message_id = factory.LazyAttribute(lambda mail: message_id_for(mail.key))
    notification = "message"
    category = Category.SERVICE
    recipient = factory.SubFactory(PersonFactory)
    address = factory.LazyAttribute(
        lambda mail: mail.recipient.email if mail.recipient else "seul@exemple.test"
    )
    subject = "Objet"
    text = "Bonjour.\n"
    html = "<p>Bonjour.</p>"
    urgent = True
    due_at = factory.LazyFunction(clock.now)
