"""Run as a script by a program that embeds Python."""
import os
import sys

import __main__

print(sys.argv[1:], __name__, os.path.basename(__file__), __main__.__doc__)
print(os.path.basename(sys.path[0]) == 'embedding', sys.flags.isolated >= 0)
print(__cached__, __package__, __spec__, callable(__builtins__.print))
sys.exit(3)
