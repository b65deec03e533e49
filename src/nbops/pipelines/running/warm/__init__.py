"""Kernels forked from a parent that has imported everything already, each as fresh as one started cold."""
