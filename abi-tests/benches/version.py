"""The version of PyPy that runs this."""

import sys

print("{}.{}.{}".format(*sys.pypy_version_info))
