"""What a cell ran in and left behind: packages, repository, files, figures, the frontend, the user's own MLflow."""
