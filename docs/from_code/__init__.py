"""Pages of the site that are read off the code, so that they can't become untrue."""
