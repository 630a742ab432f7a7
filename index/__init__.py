"""The index room: a corpus becomes a searchable index.

It holds articles, their passages, vectors and words, and the generations they are published in. It knows nothing of
questions, answers or HTTP. `build.build.build_index` and `engine.local.local_index.LocalIndex` are where to begin.
"""
