"""Files that people bring: CSV of any dialect, each row written or refused, counted, and told in French.

Pure Python around one contract, `running.Importer`; not a Django app, it owns no table. A command prints the
`Report`; a page can show the same one.
"""
