"""Drives floats_and_complex.c."""

import floats_and_complex
from checks import check_all

check_all(floats_and_complex)
