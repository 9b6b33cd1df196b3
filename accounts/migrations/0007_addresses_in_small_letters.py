from django.db import migrations

import mecenova.identifiers.emails


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_group_of_leads"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE accounts_user SET email = LOWER(email) WHERE email <> LOWER(email)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE accounts_invitation SET email = LOWER(email) WHERE email <> LOWER(email)",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=mecenova.identifiers.emails.AddressField(max_length=254, verbose_name="adresse e-mail"),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=mecenova.identifiers.emails.AddressField(
                max_length=254, unique=True, verbose_name="adresse e-mail"
            ),
        ),
    ]
