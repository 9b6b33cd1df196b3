from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnerships", "0007_contested_signatures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="partnership",
            name="title",
            field=models.CharField(max_length=510, verbose_name="titre"),
        ),
    ]
