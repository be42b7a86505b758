"""A regular package, so that it comes before the `tests` that Ciw (extra `bench`) puts into site-packages."""
