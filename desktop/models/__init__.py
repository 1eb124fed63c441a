"""The shared kernel: registers, records, changes and their database; no Qt, no network."""
