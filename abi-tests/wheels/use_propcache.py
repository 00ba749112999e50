"""propcache as yarl and aiohttp use it: properties that are computed once."""

import weakref

from checks import check, check_type
from propcache import _helpers_c
from propcache.api import cached_property, under_cached_property

check("binary", lambda: _helpers_c.__file__.rpartition("/")[2])
check("in use", lambda: (cached_property is _helpers_c.cached_property, under_cached_property is _helpers_c.under_cached_property))


class Reading:
    """One of each kind."""

    def __init__(self, value):
        self.value = value
        self.calls = 0
        self._cache = {}

    @cached_property
    def plain(self):
        """Computed into the dict."""
        self.calls += 1
        return self.value * 2

    @under_cached_property
    def under(self):
        """Computed into the cache."""
        self.calls += 1
        return [self.value]

    @cached_property
    def fails(self):
        raise ValueError(f"no {self.value}")

    @under_cached_property
    def fails_under(self):
        return self.missing


r = Reading(21)
check("computed", lambda: (r.plain, r.plain, r.calls, r.under, r.under is r.under, r.calls))
check("kept", lambda: (r.__dict__["plain"], r._cache))
check("docs", lambda: (Reading.plain.__doc__, Reading.under.__doc__, Reading.plain.func.__name__))
check("of the class", lambda: (type(Reading.plain).__name__, type(Reading.under).__name__, isinstance(Reading.plain, cached_property)))
check("fails", lambda: r.fails)
check("fails again", lambda: r.fails)
check("fails under", lambda: r.fails_under)
check_type("set", lambda: setattr(r, "under", 1))
check("set plain", lambda: (setattr(r, "plain", "mine"), r.plain))
check("delete plain", lambda: (delattr(r, "plain"), r.plain, r.calls))
check_type("delete under", lambda: delattr(r, "under"))
check("cleared", lambda: (r._cache.clear(), r.under, r.calls))


class Bare:
    __slots__ = ()

    @cached_property
    def none(self):
        return 1

    @under_cached_property
    def none_under(self):
        return 1


check_type("no dict", lambda: Bare().none)
check_type("no cache", lambda: Bare().none_under)
check("generic", lambda: type(cached_property[int]).__name__)
check_type("no function", lambda: cached_property())
made = cached_property(lambda self: "called")
check_type("without a name", lambda: made.__get__(r, Reading))
made.__set_name__(Reading, "late")
check("with a name", lambda: (made.__get__(r, Reading), r.__dict__["late"]))
check_type("two names", lambda: made.__set_name__(Reading, "other"))
check("same name", lambda: made.__set_name__(Reading, "late"))
check("get of the class", lambda: made.__get__(None, Reading) is made)


class Derived(Reading):
    @cached_property
    def plain(self):
        return super().plain + 1

    @under_cached_property
    def under(self):
        return super().under + ["derived"]


d = Derived(1)
check("derived", lambda: (d.plain, d.under, d.calls, sorted(d.__dict__), sorted(d._cache)))


class Property(cached_property):
    """The C type as a base."""

    def __get__(self, instance, owner=None):
        value = super().__get__(instance, owner)
        return ("seen", value) if instance is not None else value


class User:
    value = Property(lambda self: len(self.__dict__))
    value.note = "mine"


u = User()
check_type("base", lambda: (u.value, u.__dict__, type(User.value).__name__))
check("weak", lambda: weakref.ref(r)() is r)
check("many", lambda: sum(Reading(i).plain for i in range(20_000)))
check("many under", lambda: sum(Reading(i).under[0] for i in range(20_000)))
