"""Calls one function of wrong.c: go_wrong.py FUNCTION [SIZE]."""

import sys

import wrong

name, *size = sys.argv[1:]
print("before", flush=True)
getattr(wrong, name)(*([object()] if name == "taken" else map(int, size)))
print("after", flush=True)
