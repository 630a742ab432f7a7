"""Embedding models: their files, the precision they compute in, batching, and compiling for the processor.

`hub` is the only module that decides whether a model may be downloaded. `tools` holds the programs that made the
shipped files; nothing that runs imports it. Nothing else here knows of articles or indexes.
"""
