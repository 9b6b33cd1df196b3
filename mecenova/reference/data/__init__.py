"""The content of the reference lists, as plain values. `loading.load` writes them to the database."""
