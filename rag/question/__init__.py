"""From what a person typed to what is searched: cleaning, language, follow-ups, several questions in one, answer type.

It takes only words and their frequencies from an index, never passages.
"""
