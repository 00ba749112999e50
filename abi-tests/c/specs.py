"""Drives specs.c."""

import specs
from checks import check_all

check_all(specs)
