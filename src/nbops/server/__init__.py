"""The edge to the browser: authenticated routes under `nbops/` that read the read model and call verbs."""
