"""Drives readying.c."""

import readying
from checks import check_all

check_all(readying)
