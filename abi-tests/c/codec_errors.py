"""Drives codec_errors.c."""

import codec_errors
from checks import check_all

check_all(codec_errors)
