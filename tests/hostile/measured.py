"""Run a command and say, as the last line of stderr, what it and its children took.

A process of its own: the peak of a forked child begins with that of its parent, and a
test process that has made bombs is large.
"""

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write(f"\n{used.ru_maxrss} {used.ru_utime + used.ru_stime}\n")
sys.exit(code)
