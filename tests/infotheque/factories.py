import factory

from infotheque.enums import DocumentKind, DocumentStatus
from infotheque.models import Document
from mecenova.calendar import clock


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    class Meta:
        model = Document

    title = factory.Sequence(lambda n: f"Guide du premier rendez-vous n° {n}")
    summary = "Ce qu’il faut préparer avant de rencontrer une entreprise."
    kind = DocumentKind.GUIDE
    publisher = "Éditions de l’essai"
    link = "https://exemple.example/guide"

    class Params:
        published = factory.Trait(
            status=DocumentStatus.PUBLISHED, published_at=factory.LazyFunction(clock.now)
        )
