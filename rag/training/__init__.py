"""Programs that train the reader, learn the weights and measure parts of retrieval. Nothing that runs imports them."""
