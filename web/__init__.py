"""The web room: the chat page, the JSON interface and the tools for language models, all over one Assistant.

It holds routes, pages, settings and protection. It holds no retrieval logic, and never renders text of the corpus as
markup. Begin with `app.create_app`.
"""
