"""The rag room: a question becomes an answer made of quoted sentences.

It holds the reading of questions, retrieval, evidence, composing, and their evaluation and training. It knows nothing of
HTTP, reaches the documents only through `index.engine.protocol.PassageIndex`, and says nothing that is not in them.
`assembly.make_assistant` is where to begin.
"""
