"""What is looked at again and again, and what was seen."""
