"""The rag room: a question becomes an answer made of quoted sentences.

It interprets questions, retrieves passages, scores evidence and composes answers; it also evaluates and trains these
steps. It knows nothing of HTTP, reaches the documents only through `index.engine.protocol.PassageIndex`, and says
nothing that is not in them. Begin with `assembly.make_assistant`.
"""
