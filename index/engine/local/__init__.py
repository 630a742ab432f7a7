"""The engine on this machine's disk: vectors with faiss, words with tantivy, articles and passages in SQLite.

`generations` is the layout on disk, and `retention` says which generations stay there; `local_index` opens and follows
the live generation. Nothing here embeds passages or decides what goes into a generation.
"""
