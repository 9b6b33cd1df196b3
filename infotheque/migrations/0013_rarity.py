"""How much a document says a word: what its order among the others is made of (see infotheque.nearest).

BM25F in short (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009): in each field, how often a
word is said counts less and less, and a long field counts it less than a short one. In a title and summary of
twenty words, one mention in the title is worth half a point, and three in the summary as much; in a text of
three hundred different words, ten mentions. A search vector holds each mention twice (fr_vector).

Titles and summaries have an index of their own: those that hold a common word are few, texts are not.
"""

from importlib import import_module

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

IN_HEAD = """
CREATE FUNCTION infotheque_in_head(head tsvector, asked tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(1 / (1 + (0.5 + length(head) / 40.0)
    / nullif(ts_rank_cd('{0, 0, 0.33, 1}', head, asked), 0)), 0)
"""
IN_TEXT = """
CREATE FUNCTION infotheque_in_text(search tsvector, asked tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(1 / (1 + (10 + length(search) / 30.0)
    / nullif(ts_rank_cd('{1, 1, 0, 0}', search, asked), 0)), 0)
"""
# Asked of the index alone, as in 0008.
TITLED = """
CREATE FUNCTION infotheque_titled(asked tsquery) RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 SET enable_seqscan = off
AS 'SELECT id, infotheque_in_head(head, asked) FROM infotheque_document WHERE head @@ asked'
"""
NEAREST_BEFORE = import_module("infotheque.migrations.0011_nearest").SQL


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0012_visitors_are_told")]
    operations = [
        migrations.AddIndex("document", GinIndex(fields=["head"], name="document_head")),
        migrations.AlterField("word", "documents", models.PositiveIntegerField("documents", db_index=True)),
        migrations.RunSQL(IN_HEAD, "DROP FUNCTION infotheque_in_head(tsvector, tsquery)"),
        migrations.RunSQL(IN_TEXT, "DROP FUNCTION infotheque_in_text(tsvector, tsquery)"),
        migrations.RunSQL(TITLED, "DROP FUNCTION infotheque_titled(tsquery)"),
        migrations.RunSQL("DROP FUNCTION infotheque_nearest(tsquery[])", NEAREST_BEFORE),
    ]
