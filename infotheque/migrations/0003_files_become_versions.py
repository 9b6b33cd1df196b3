"""The one file that a document could have becomes its first version."""

import hashlib

from django.db import migrations

KNOWN = ("pdf", "docx", "odt", "pptx", "xlsx")


def digest_of(file):
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def give_versions(apps, schema_editor):
    Document = apps.get_model("infotheque", "Document")
    Version = apps.get_model("infotheque", "DocumentVersion")
    File = apps.get_model("infotheque", "DocumentFile")
    for document in Document.objects.exclude(file="").iterator():
        name = document.file.name.rpartition("/")[2]
        kind = name.rpartition(".")[2].lower()
        if kind not in KNOWN:
            raise ValueError(f"Document {document.pk}: a file of unknown type; rename it or remove it first")
        version = Version.objects.create(document=document, number=1)
        File.objects.create(
            version=version,
            name=name[-150:],
            file=document.file.name,
            type=kind,
            digest=digest_of(document.file),
            size=document.file.size,
            # Nobody has read it yet.
            is_text_whole=False,
        )
        document.current_version = version
        document.save(update_fields=["current_version"])


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0002_richer_documents")]

    operations = [migrations.RunPython(give_versions, migrations.RunPython.noop, elidable=True)]
