"""From what a watch found to a challenger: when to retrain, on what, and what becomes of the version."""
