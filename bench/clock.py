"""Runs commands one after the other and prints the milliseconds that each took. Each argument is a command."""

import subprocess
import sys
import time

for command in sys.argv[1:]:
    start = time.monotonic()
    subprocess.run(command.split(), check=True)
    print((time.monotonic() - start) * 1000)
