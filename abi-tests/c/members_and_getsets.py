"""Drives members_and_getsets.c, and a subclass of its type in Python."""

from checks import check, check_all
from members_and_getsets import Fields
import members_and_getsets

check_all(members_and_getsets)


class Sub(Fields):
    """Shadows a member and extends a getset."""

    t_int = 5

    @property
    def both(self):
        return "sub", super().both


def filled():
    sub = Sub()
    sub.t_long = 7
    sub.t_object = sub.t_object_ex = [1]
    sub.extra = 8
    return sub.t_long, sub.t_object, sub.t_object_ex, sub.extra, sub.t_int, sub.both


check("subclass", filled)
check("slots", lambda: type("Slotted", (Fields,), {"__slots__": ("x",)})().t_int)
check("descriptor", lambda: (Fields.t_short.__get__(Fields()), Fields.t_short.__set__(f := Fields(), 3), f.t_short))
