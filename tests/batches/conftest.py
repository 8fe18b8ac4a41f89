"""A feed of one's own: all that the way of a batch needs beside the engine."""

from drop_feed import feed

__all__ = ["feed"]
