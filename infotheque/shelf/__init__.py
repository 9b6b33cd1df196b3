"""The first shelf: texts written for this site, model agreements, and records of what others publish.

Files only, and how they are read: nothing here knows the database. `infotheque.operations.load_shelf` puts
them in the library, where the team edits them afterwards.
"""
