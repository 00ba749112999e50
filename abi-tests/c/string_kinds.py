"""Drives string_kinds.c."""

import string_kinds
from checks import check_all

check_all(string_kinds)
