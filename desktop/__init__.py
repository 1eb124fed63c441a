"""卫院通 · Township Health Desk: the program on the office PC."""

__version__ = "0.1.0"
