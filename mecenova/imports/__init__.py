"""Files that people bring: CSV of any dialect, each row written or refused, counted, and told in French.

One contract, `running.Importer`, in pure Python; two doors to it: a command prints the `Report`, the
team's page keeps it. An app offers its files to the page by `registry.register_import`, in its
`imports.py`.
"""
