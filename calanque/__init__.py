"""Calanque: a city public-safety lakehouse. Places and hours, never persons."""
