from django.db import migrations

# Checked when the transaction ends: a merge moves the need, then what asked about it.
ADD = """
ALTER TABLE partnerships_introduction ADD CONSTRAINT {name}
FOREIGN KEY ({what}_id, {whose}_id) REFERENCES {table} (id, {whose}_id) DEFERRABLE INITIALLY DEFERRED
"""
REMOVE = "ALTER TABLE partnerships_introduction DROP CONSTRAINT {name}"
KEYS = (
    {
        "name": "introduction_need_of_its_company",
        "what": "need",
        "whose": "company",
        "table": "companies_need",
    },
    {
        "name": "introduction_project_of_its_association",
        "what": "project",
        "whose": "association",
        "table": "associations_project",
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0005_known_values"),
        ("companies", "0003_known_values"),
        ("partnerships", "0010_known_values"),
    ]

    operations = [migrations.RunSQL(ADD.format(**key), REMOVE.format(**key)) for key in KEYS]
