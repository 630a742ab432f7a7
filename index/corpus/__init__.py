"""A corpus on disk: walking it, making articles and ids of its records, the cache of parsed files, and watching it.

Formats are the business of `index.parsers`. Nothing here writes to the corpus.
"""
