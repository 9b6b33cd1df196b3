from django.db import migrations, models


def give_first_files_back(apps, schema_editor):
    """On the way back, a document had one file: the first of those its readers are given."""
    Document = apps.get_model("infotheque", "Document")
    File = apps.get_model("infotheque", "DocumentFile")
    for document in Document.objects.exclude(current_version=None).iterator():
        first = File.objects.filter(version=document.current_version_id).order_by("position", "name").first()
        if first is not None:
            Document.objects.filter(pk=document.pk).update(file=first.file.name)


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0003_files_become_versions")]

    operations = [
        migrations.RemoveConstraint(
            model_name="document",
            name="document_published_leads_somewhere",
        ),
        # Between the two, on the way back: the column is there again, and nothing yet asks what it holds.
        migrations.RunPython(migrations.RunPython.noop, give_first_files_back),
        migrations.RemoveField(
            model_name="document",
            name="file",
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("published", "to_verify")), _negated=True),
                    models.Q(("link", ""), _negated=True),
                    models.Q(("body", ""), _negated=True),
                    models.Q(("publisher_home", ""), _negated=True),
                    ("current_version__isnull", False),
                    _connector="OR",
                ),
                name="document_published_leads_somewhere",
            ),
        ),
    ]
