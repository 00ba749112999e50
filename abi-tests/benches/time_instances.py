"""Instances of a type of an extension: made, dropped, used, inherited from."""

import instances
import timing
from instances import Plain, Point


class Derived(Point):
    pass


def plain(n, f=Plain):
    for i in range(n):
        f()


def point(n, f=Point):
    for i in range(n):
        f(1.0, 2.0)


def derived(n, f=Derived):
    for i in range(n):
        f(1.0, 2.0)


def read_member(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x.x


def write_member(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x.x = 3.0


def read_object(n, x=Point(1.0, 2.0)):
    x.object = "text"
    for i in range(n):
        x.object


def read_getset(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x.sum


def method(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x.norm()


def method_itself(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x.itself()


def item(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x[1]


def length(n, x=Point(1.0, 2.0)):
    for i in range(n):
        len(x)


def add(n, a=Point(1.0, 2.0), b=Point(3.0, 4.0)):
    for i in range(n):
        a + b


def equal(n, a=Point(1.0, 2.0), b=Point(3.0, 4.0)):
    for i in range(n):
        a == b


def hashed(n, x=Point(1.0, 2.0)):
    for i in range(n):
        hash(x)


def called(n, x=Point(1.0, 2.0)):
    for i in range(n):
        x()


def make_points(n, f=instances.make_points):
    for i in range(n):
        f()


def sum_points(n, f=instances.sum_points, x=instances.make_points()):
    for i in range(n):
        f(x)


def read_points(n, points=instances.make_points()):
    for i in range(n):
        total = 0.0
        for x in points:
            total += x.x


timing.report({
    "makes and drops an instance": plain,
    "makes and drops an instance, two arguments": point,
    "the same of a Python class derived from it": derived,
    "makes and drops an instance, inside C": instances.each_point,
    "reads a member (`T_DOUBLE`)": read_member,
    "writes a member (`T_DOUBLE`)": write_member,
    "reads a member (`T_OBJECT`)": read_object,
    "reads a getset": read_getset,
    "method, returns a float": method,
    "method, returns the instance": method_itself,
    "`x[1]`": item,
    "`len(x)`": length,
    "`a + b`, a new instance": add,
    "`a == b`": equal,
    "`hash(x)`": hashed,
    "`x()`": called,
    "makes a list of 1000 instances": make_points,
    "takes a list of 1000 instances, adds a member in C": sum_points,
    "adds a member of 1000 instances in Python": read_points,
})
