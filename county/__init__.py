"""The hub at the county lead hospital."""
