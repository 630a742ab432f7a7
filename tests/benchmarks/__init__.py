"""What the project costs, in time, bytes and memory, beside the libraries it is made of and beside txtai.

`make bench` runs it and writes README.md here; `python -m tests.benchmarks --help` names its options.
"""
