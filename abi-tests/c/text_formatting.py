"""Drives text_formatting.c."""

import text_formatting
from checks import check_all

check_all(text_formatting)
