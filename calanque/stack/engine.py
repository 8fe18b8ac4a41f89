"""The engine: one session of Spark, in whose process the door of Spark Connect is opened as a plugin.

Run by `spark-submit`. The door's own main gives each client a class loader and Python workers of its own: to look for a
plan's classes there took a third of the engine's time, and a Python process stayed behind for every batch that was
protected.
"""

import os
import sys
from typing import Any

from pyspark.sql import SparkSession


def main() -> None:
    """Serve until the virtual machine that started this ends, and with it the other end of the standard input."""
    context: Any = SparkSession.builder.getOrCreate().sparkContext
    # What this half and the other listen on for one another is closed: the door is the only way in.
    context._accumulatorServer.shutdown()
    context._accumulatorServer.server_close()
    context._gateway.shutdown()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
