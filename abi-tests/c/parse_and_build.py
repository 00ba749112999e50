"""Drives parse_and_build.c."""

import parse_and_build
from checks import check_all

check_all(parse_and_build)
