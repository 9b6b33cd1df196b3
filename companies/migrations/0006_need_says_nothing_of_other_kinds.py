from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        # In a transaction of its own: PostgreSQL alters no table whose rows have just changed in this one.
        ("companies", "0005_nothing_of_other_kinds"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="need",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "financial"),
                        models.Q(("budget_max__isnull", True), ("budget_min__isnull", True)),
                        _connector="OR",
                    ),
                    models.Q(("kind", "in_kind"), ("goods", ""), _connector="OR"),
                    models.Q(("kind", "skills"), ("days__isnull", True), _connector="OR"),
                    models.Q(
                        ("kind", "volunteering"),
                        models.Q(("volunteers__isnull", True), ("whose_time", "")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("kind__in", ("skills", "volunteering")),
                        models.Q(("ends_on__isnull", True), ("place", ""), ("starts_on__isnull", True)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("kind", "co_construction"),
                        models.Q(("question", ""), ("wished_parties", [])),
                        _connector="OR",
                    ),
                ),
                name="need_says_nothing_of_other_kinds",
            ),
        ),
    ]
