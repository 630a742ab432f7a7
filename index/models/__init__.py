"""Embedding models: their files, the precision they compute in, batching, and compiling for the processor.

`hub` is the only place that decides whether a model is looked for elsewhere than on this machine. `tools` made the files
that ship, and is not imported by anything that runs. Nothing here knows of articles or indexes.
"""
