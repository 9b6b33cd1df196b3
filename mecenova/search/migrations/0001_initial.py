from django.db import migrations

LETTERS = (
    "'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäåçèéêëìíîïñòóôõöùúûüýÿ', "
    "'aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy'"
)
# Very long texts are cut: a tsvector is limited to one megabyte.
LONGEST = 300_000

FUNCTIONS = {
    "fr_norm(t text)": (
        "text",
        "replace(replace(replace(replace(normalize(coalesce(t, ''), NFKC),"
        " 'œ', 'oe'), 'Œ', 'Oe'), 'æ', 'ae'), 'Æ', 'Ae')",
    ),
    "fr_strip(t text)": ("text", f"lower(translate(t, {LETTERS}))"),
    "fr_fold(t text)": ("text", "fr_strip(fr_norm(t))"),
    "fr_vector(t text)": (
        "tsvector",
        f"to_tsvector('pg_catalog.french', fr_strip(left(fr_norm(t), {LONGEST})))"
        f" || fr_strip(to_tsvector('pg_catalog.french', left(fr_norm(t), {LONGEST}))::text)::tsvector",
    ),
    "fr_query(q text)": (
        "tsquery",
        "websearch_to_tsquery('pg_catalog.french', fr_strip(fr_norm(q)))"
        " || fr_strip(websearch_to_tsquery('pg_catalog.french', fr_norm(q))::text)::tsquery",
    ),
}


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS {result} LANGUAGE sql IMMUTABLE PARALLEL SAFE"
            f" RETURN {body}",
            f"DROP FUNCTION IF EXISTS {signature}",
        )
        for signature, (result, body) in FUNCTIONS.items()
    ]
