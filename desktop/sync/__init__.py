"""The exchange of records with the county hub."""
