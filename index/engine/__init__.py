"""Engines hold the generations of an index and search them.

`protocol` says what the rag room may ask of any engine. `local` is the engine on this machine's disk. An engine refuses
to serve a file that is not the one it wrote. It knows nothing of how articles are parsed or questions answered.
"""
