"""Marts: which domains there are, and how one is built, gated and recorded."""
