from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rehearsal", "0001_previews"),
    ]

    operations = [
        migrations.AddField(
            model_name="preview",
            name="stopped_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="arrêté faute de temps au"
            ),
        ),
    ]
