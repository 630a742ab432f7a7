"""From a query to ranked passages: both rankings, fusing them, near-duplicates, reranking. It knows no sentences."""
