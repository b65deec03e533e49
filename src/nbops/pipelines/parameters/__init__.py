"""Typed inputs of a pipeline: schema, validation, exact text."""
