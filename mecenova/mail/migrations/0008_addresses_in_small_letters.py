from django.db import migrations

import mecenova.identifiers.emails


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0007_urgent_first"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE mail_outgoingmail SET address = LOWER(address) WHERE address <> LOWER(address)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE mail_addresstrouble SET address = LOWER(address) WHERE address <> LOWER(address)",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="addresstrouble",
            name="address",
            field=mecenova.identifiers.emails.AddressField(max_length=320, verbose_name="adresse"),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="address",
            field=mecenova.identifiers.emails.AddressField(max_length=320, verbose_name="adresse"),
        ),
    ]
