"""Truth and prediction → how good, and how sure that is: arrays in, numbers with intervals out."""
