"""Pages of the web, of feeds, sitemaps and WARC files become Markdown files in a corpus directory.

What is fetched goes through `fetcher`, the only way out, and nothing here is imported by what reads,
indexes or answers: those never reach the network.
"""
