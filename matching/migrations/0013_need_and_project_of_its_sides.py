from django.db import migrations

# As introductions have them (partnerships, 0011). Checked when the transaction ends: a merge moves the need,
# then what a round proposed for it.
ADD = """
ALTER TABLE matching_suggestion ADD CONSTRAINT {name}
FOREIGN KEY ({what}_id, {whose}_id) REFERENCES {table} (id, {whose}_id) DEFERRABLE INITIALLY DEFERRED
"""
REMOVE = "ALTER TABLE matching_suggestion DROP CONSTRAINT {name}"
KEYS = (
    {
        "name": "suggestion_need_of_its_company",
        "what": "need",
        "whose": "company",
        "table": "companies_need",
    },
    {
        "name": "suggestion_project_of_its_association",
        "what": "project",
        "whose": "association",
        "table": "associations_project",
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0005_known_values"),
        ("companies", "0003_known_values"),
        ("matching", "0012_known_values"),
    ]

    operations = [migrations.RunSQL(ADD.format(**key), REMOVE.format(**key)) for key in KEYS]
