"""Drives module_state.c."""

import module_state
from checks import check_all

check_all(module_state)
