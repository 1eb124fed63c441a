"""What must hold, measured beside its physical limit."""

STARTED = "THDESK_BENCH_STARTED"
"""The variable that hands a process its parent's clock, which all processes share."""
