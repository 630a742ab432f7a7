"""From what a person typed to what is searched: cleaning, follow-ups, several questions in one, the answer type.

It takes only words and their frequencies from an index, never passages.
"""
