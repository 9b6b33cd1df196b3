from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0009_prescriptions")]

    operations = [
        migrations.AddField(
            model_name="word",
            name="spelling",
            # Words are counted again every night, and say it from then on.
            field=models.CharField(
                db_index=True, default="", max_length=40, verbose_name="orthographe simplifiée"
            ),
            preserve_default=False,
        ),
    ]
