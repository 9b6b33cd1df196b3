import hashlib

import factory
from django.core.files.base import ContentFile

from infotheque.enums import DocumentKind, DocumentStatus, FileType
from infotheque.models import Document, DocumentFile, DocumentVersion, Path, Progress, Step
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


class DocumentVersionFactory(factory.django.DjangoModelFactory[DocumentVersion]):
    """A version that readers are given."""

    class Meta:
        model = DocumentVersion
        skip_postgeneration_save = True

    document = factory.SubFactory(DocumentFactory)
    number = factory.Sequence(lambda n: n + 1)

    @factory.post_generation
    def current(self, create, extracted, **kwargs):
        self.document.current_version = self
        self.document.save(update_fields=["current_version"])


class DocumentFileFactory(factory.django.DjangoModelFactory[DocumentFile]):
    class Meta:
        model = DocumentFile

    class Params:
        content = b"%PDF-1.7\n"

    version = factory.SubFactory(DocumentVersionFactory)
    name = "guide.pdf"
    type = FileType.PDF
    digest = factory.LazyAttribute(lambda file: hashlib.sha256(file.content).hexdigest())
    size = factory.LazyAttribute(lambda file: len(file.content))
    file = factory.LazyAttribute(lambda file: ContentFile(file.content, name="guide.pdf"))


class PathFactory(factory.django.DjangoModelFactory[Path]):
    class Meta:
        model = Path

    slug = factory.Sequence(lambda n: f"parcours-{n}")
    title = "Préparer un partenariat"
    introduction = "À votre rythme."
    readers = "associations"


class StepFactory(factory.django.DjangoModelFactory[Step]):
    class Meta:
        model = Step

    path = factory.SubFactory(PathFactory)
    position = factory.Sequence(lambda n: n + 1)
    key = factory.Sequence(lambda n: f"etape-{n}")
    title = factory.Sequence(lambda n: f"Étape n° {n}")
    lesson = "On apprend en faisant."
    exercise = "Dites ce que vous en pensez."
    minutes = 10


class ProgressFactory(factory.django.DjangoModelFactory[Progress]):
    class Meta:
        model = Progress

    step = factory.SubFactory(StepFactory)

    class Params:
        done = factory.Trait(done_at=factory.LazyFunction(clock.now))
