from django.db import migrations

import mecenova.identifiers.emails


class Migration(migrations.Migration):
    dependencies = [
        ("infotheque", "0015_titles"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE infotheque_tip SET visitor_address = LOWER(visitor_address) "
            "WHERE visitor_address <> LOWER(visitor_address)",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="tip",
            name="visitor_address",
            field=mecenova.identifiers.emails.AddressField(
                blank=True,
                help_text="Sert une fois, à dire ce que devient la suggestion\xa0; puis elle est effacée.",
                max_length=254,
                verbose_name="adresse du visiteur à prévenir",
            ),
        ),
    ]
