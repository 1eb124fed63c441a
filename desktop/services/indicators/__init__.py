"""The consortium's appraisal as a self-score: value, target, gap, score and what would close it."""
