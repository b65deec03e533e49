"""What a cell turned out to be: parameters, metrics, seeds, models."""
