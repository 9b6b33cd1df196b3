from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0003_files_become_versions")]

    operations = [
        migrations.RemoveConstraint(
            model_name="document",
            name="document_published_leads_somewhere",
        ),
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
