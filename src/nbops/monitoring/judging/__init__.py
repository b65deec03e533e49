"""A current dataset against a reference: statistics, limits calibrated on the reference itself, the report."""
