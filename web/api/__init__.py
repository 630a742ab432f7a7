"""The interfaces for programs: JSON and events, OpenAI's form, the tools over MCP, and the operator's routes.

It holds routes and the schemas of their requests and replies. It renders no page, and answers no question by itself.
"""
