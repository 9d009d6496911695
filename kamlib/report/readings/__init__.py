"""What the pages conclude from their results: codes with values, one module a page, that the catalogue puts into words."""
