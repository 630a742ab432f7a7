"""From a query to ranked passages: two rankings, their fusion, near-duplicates, reranking. It knows no sentences."""
