"""Titles have a length of their own, and words asked together tell more when they are said together.

As in 0013, a field that says a word often says it less and less, and a long one less than a short one. A
title is about its words: one of eight words that says one of them once gives half a point for it, one of four
two thirds. A summary that says it once gives a fifth. In a text of three hundred different words, twelve
mentions give half a point. Of two words asked one after the other, a text that says them side by side has
more than half of what nearness may bring, and one that says them far apart hardly anything (cover density:
Clarke, Cormack & Tudhope, Relevance ranking for one to three term queries, 2000, as ts_rank_cd has it).

A search vector holds each mention twice (fr_vector). Titles choose which texts are read: summaries that hold
a word count all alike for that, since they may be thousands.
"""

from importlib import import_module

from django.db import migrations

IN_TITLE = """
CREATE FUNCTION infotheque_in_title(head tsvector, asked tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(1 / (1 + length(ts_filter(head, '{a}')) / 4.0
    / nullif(ts_rank_cd('{0, 0, 0, 1}', head, asked), 0)), 0)
"""
IN_SUMMARY = """
CREATE FUNCTION infotheque_in_summary(head tsvector, asked tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(0.4 / (1 + 2 / nullif(ts_rank_cd('{0, 0, 1, 0}', head, asked), 0)), 0)
"""
IN_TEXT = """
CREATE OR REPLACE FUNCTION infotheque_in_text(search tsvector, asked tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(1 / (1 + (3 + length(search) / 15.0)
    / nullif(ts_rank_cd('{1, 1, 0, 0}', search, asked), 0)), 0)
"""
SIDE_BY_SIDE = """
CREATE FUNCTION infotheque_side_by_side(search tsvector, pair tsquery) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(1 / (1 + 0.25 / nullif(ts_rank_cd('{1, 1, 0, 0}', search, pair), 0)), 0)
"""
# Asked of the index alone, as in 0008.
TITLED = """
CREATE OR REPLACE FUNCTION infotheque_titled(asked tsquery) RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 SET enable_seqscan = off
AS 'SELECT id, greatest(infotheque_in_title(head, asked), 0.2) FROM infotheque_document WHERE head @@ asked'
"""
BEFORE = import_module("infotheque.migrations.0013_rarity")


def again(sql: str) -> str:
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("infotheque", "0014_phrases")]
    operations = [
        migrations.RunSQL(IN_TITLE, "DROP FUNCTION infotheque_in_title(tsvector, tsquery)"),
        migrations.RunSQL(IN_SUMMARY, "DROP FUNCTION infotheque_in_summary(tsvector, tsquery)"),
        migrations.RunSQL(IN_TEXT, again(BEFORE.IN_TEXT)),
        migrations.RunSQL(SIDE_BY_SIDE, "DROP FUNCTION infotheque_side_by_side(tsvector, tsquery)"),
        migrations.RunSQL(TITLED, again(BEFORE.TITLED)),
        migrations.RunSQL("DROP FUNCTION infotheque_in_head(tsvector, tsquery)", BEFORE.IN_HEAD),
    ]
