"""Drives integers.c."""

import integers
from checks import check_all

check_all(integers)
