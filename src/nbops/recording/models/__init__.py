"""A captured model, as MLflow keeps it: format, trusted types, requirements, code."""
