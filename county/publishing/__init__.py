"""What the county publishes to its centres: read from a file, written into each centre's feed."""
