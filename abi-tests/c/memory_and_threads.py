"""Drives memory_and_threads.c."""

import memory_and_threads
from checks import check_all

check_all(memory_and_threads)
