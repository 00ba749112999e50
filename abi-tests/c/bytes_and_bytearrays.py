"""Drives bytes_and_bytearrays.c."""

import bytes_and_bytearrays
from checks import check_all

check_all(bytes_and_bytearrays)
