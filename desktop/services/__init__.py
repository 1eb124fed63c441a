"""Work across registers: figures, returns, stock; no Qt."""
