"""Building a generation: the difference to the live one, reuse of its rows, near-duplicates, publishing, verifying.

`reindex_process` runs a build in a process of its own. Reading files is `index.corpus`, searching is `index.engine`.
"""
