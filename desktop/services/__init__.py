"""Work across registers, without a window: figures, returns, the day's tasks."""
