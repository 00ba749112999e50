"""Drives errors_in_c.c."""

import errors_in_c
from checks import check_all

check_all(errors_in_c)
