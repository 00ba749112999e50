"""Drives slices_and_ranges.c."""

import slices_and_ranges
from checks import check_all

check_all(slices_and_ranges)
