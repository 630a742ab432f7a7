"""A corpus on disk: walking it, the ids of its articles, what was parsed of its files, and watching it for changes.

Formats are the business of `index.parsers`. Nothing here writes to the corpus.
"""
