"""A follow-up keeps the earliest time that acting late on the former day has left it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agenda", "0003_absences_by_uuid")]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="not_before",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pas plus tôt que"),
        ),
    ]
