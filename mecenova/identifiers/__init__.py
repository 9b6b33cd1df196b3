"""Keys and what people type for them: identifiers, registry numbers, names, amounts.

Pure functions and one abstract model; not a Django app, it owns no table.
"""
