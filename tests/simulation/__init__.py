"""Deterministic simulation of the exchange: seeded schedules, invariants, a shrinker, a corpus."""
