"""One run, brought into MLflow; and what MLflow asks us by its plugins."""
