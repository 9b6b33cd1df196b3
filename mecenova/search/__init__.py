"""French full-text search on a bare PostgreSQL: accents, ligatures and inflections do not hide a document."""
