"""Drives sets.c."""

import sets
from checks import check_all

check_all(sets)
