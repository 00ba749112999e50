"""Drives mixed_numbers.c."""

import mixed_numbers
from checks import check_all

check_all(mixed_numbers)
