"""Shifts the clock of the functions run by the embedded AWS; Python imports this by itself from the workers' path.

The product reads its clock in one place, by `time.time`; that, and nothing else, is moved by the number of seconds
that stands in the file named by LOCAL_CLOCK_FILE. The embedded AWS itself keeps real time.
"""

import os
import time

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ and "LOCAL_CLOCK_FILE" in os.environ:
    _real_time = time.time
    _clock_file = os.environ["LOCAL_CLOCK_FILE"]

    def _shifted_time() -> float:
        try:
            with open(_clock_file, encoding="ascii") as file:  # noqa: PTH123 - pathlib would slow down every cold start
                return _real_time() + float(file.read() or 0)
        except (OSError, ValueError):
            return _real_time()

    time.time = _shifted_time
    time.time_ns = lambda: int(_shifted_time() * 1_000_000_000)
