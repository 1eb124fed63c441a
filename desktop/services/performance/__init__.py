"""Scores and pay of village doctors: scheme, rows, simulation, sheets (S2-7b, S4-13d)."""
