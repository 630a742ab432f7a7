"""From what a person typed to what is searched: cleaning, follow-ups, several questions in one, the answer type.

It asks an index only for its words and their frequencies, and never for passages.
"""
