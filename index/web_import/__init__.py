"""Pages of the web, found by their address or in feeds, sitemaps and WARC files, become Markdown files in a corpus.

`fetcher` makes every request: it is the project's only way out to the network. Nothing that reads a corpus, indexes or
answers imports this package.
"""
