"""The web room: the chat page, the JSON interface and the tools for language models, over one Assistant.

It holds routes, pages, settings and protection. It holds no retrieval logic, and never renders text of the corpus as
markup. `app.create_app` is where to begin.
"""
