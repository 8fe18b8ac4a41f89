"""An error of the engine may quote a row: its client logs none in a task, where logging is set up after its import."""

import subprocess
import sys

from calanque.settings import Settings

NAME = "Zquillermine"
IN_A_TASK = f"""
import logging, logging.config
import pyspark.sql.connect.session
logging.config.dictConfig({{"version": 1, "disable_existing_loggers": False}})
logging.basicConfig(level=logging.INFO)
from calanque.engines import spark
try:
    spark.rows("select cast('{NAME}' as int)")
except Exception as error:
    print("{NAME}" in str(error))
spark.stop_session()
"""


def test_the_client_of_the_engine_logs_no_row_of_an_error(stack: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_TASK], capture_output=True, text=True, cwd=stack.root, check=False, timeout=120
    )
    assert done.stdout.strip().endswith("True"), "the error quotes the row: there was something to log"
    assert NAME not in done.stderr
