"""What a search finds, without reading again each text that may hold a phrase.

An index knows which words a document holds, not where: a text that may answer by a phrase alone is read, and
with it all those that lie on the same page of the table. « don en nature », which everyday words stand for,
made a search read 16,000 texts of 20,000. So those that answer without any phrase are taken as they are, and
of the others only those that hold all the words of a phrase are read, one by one. What is left out of a
search is never a phrase (mecenova.search.asking).
"""

from importlib import import_module

from django.db import migrations

PHRASE = r"''(?:[^'']|'''')*''(?: <(?:-|\d+)> ''(?:[^'']|'''')*'')+"
# No document holds an empty sign.
WITHOUT_PHRASES = rf"""
CREATE FUNCTION infotheque_without_phrases(asked tsquery) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(asked::text, '{PHRASE}', '''∅''', 'g')::tsquery
"""
IN_ANY_ORDER = r"""
CREATE FUNCTION infotheque_in_any_order(asked tsquery) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(asked::text, '<(?:-|\d+)>', '&', 'g')::tsquery
"""
MATCHING = """
CREATE OR REPLACE FUNCTION infotheque_matching(asked tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 SET enable_seqscan = off
AS $$
SELECT id FROM infotheque_document WHERE search @@ infotheque_without_phrases(asked)
UNION ALL
SELECT id FROM infotheque_document
WHERE infotheque_without_phrases(asked) <> asked
    AND search @@ asked
    AND id = ANY (ARRAY(
        SELECT id FROM infotheque_document WHERE search @@ infotheque_in_any_order(asked)
        EXCEPT SELECT id FROM infotheque_document WHERE search @@ infotheque_without_phrases(asked)
    ))
$$
"""
MATCHING_BEFORE = import_module("infotheque.migrations.0008_matching").MATCHING


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0013_rarity")]
    operations = [
        migrations.RunSQL(WITHOUT_PHRASES, "DROP FUNCTION infotheque_without_phrases(tsquery)"),
        migrations.RunSQL(IN_ANY_ORDER, "DROP FUNCTION infotheque_in_any_order(tsquery)"),
        migrations.RunSQL(MATCHING, MATCHING_BEFORE),
    ]
