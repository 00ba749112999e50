"""Drives singletons.c."""

import singletons
from checks import check, check_all

check_all(singletons)
check("identity", lambda: (singletons.give_none() is None, singletons.give_not_implemented() is NotImplemented))
