"""Journal → MLflow: the recorder, the read model that screens use, and references to runs."""
