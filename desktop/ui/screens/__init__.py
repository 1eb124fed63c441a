"""Screens written by hand."""
