"""The figures that returns, charts and appraisals are made of, each documented and explained."""
