"""What objects of the notebook hold, and which of them an execution changed."""
