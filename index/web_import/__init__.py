"""Pages of the web, of feeds, sitemaps and WARC files become Markdown files in a corpus directory.

Everything is fetched by `fetcher`, the project's only way out to the network. Nothing here is imported by what reads,
indexes or answers.
"""
