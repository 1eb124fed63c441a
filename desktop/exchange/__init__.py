"""Excel and CSV in and out, office forms."""
