"""How good predictions are: with labels, before the labels come, slice by slice, and for groups of people."""
