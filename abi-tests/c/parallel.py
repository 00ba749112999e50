"""Drives parallel.c."""

import parallel
from checks import check_all

check_all(parallel)
