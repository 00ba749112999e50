"""Calls one function of wrong.c inside its memory and then beyond it: go_wrong.py FUNCTION."""

import sys

import wrong

function = getattr(wrong, sys.argv[1])
print("inside", function(7), flush=True)
print("beyond", function(8), flush=True)
