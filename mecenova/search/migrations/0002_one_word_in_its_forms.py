from django.db import migrations

UPPER = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ"
LOWER = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
BARE = "aaaaaaceeeeiiiinooooouuuuyy"

STRIP = (
    "CREATE OR REPLACE FUNCTION fr_strip(t text) RETURNS text"
    " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {body}"
)
# The same letters: half as many to look each one up in, and a long text takes half the time.
STRIP_LOWERED = f"translate(lower(t), '{LOWER}', '{BARE}')"
STRIP_BEFORE = f"lower(translate(t, '{UPPER}{LOWER}', '{BARE}{BARE}'))"

# Each form once: what a search costs grows with their number, and kin are alike once their endings are gone.
ANY = r"""
CREATE FUNCTION fr_any(said text, kin text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN fr_vector(said) = ''::tsvector THEN ''::tsquery ELSE (
    SELECT string_agg('''' || replace(replace(form, '\', '\\'), '''', '''''') || '''', ' | ')
    FROM unnest(tsvector_to_array(fr_vector(said || ' ' || kin))) AS form
)::tsquery END
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [
        migrations.RunSQL(STRIP.format(body=STRIP_LOWERED), STRIP.format(body=STRIP_BEFORE)),
        migrations.RunSQL(ANY, "DROP FUNCTION fr_any(text, text)"),
    ]
