"""Numerical Python over a small array type: balls thrown through air, integrated by Runge and Kutta's method. Once with the
extension's array, once with the same written in Python."""

import floats
import timing

BALLS, STEPS, STEP = 10, 200, 0.01


class PythonArray:
    """What the extension's class does."""

    def __init__(self, items):
        self.items = [float(item) for item in items]

    def __add__(self, other):
        return PythonArray([a + b for a, b in zip(self.items, other.items)])

    def __mul__(self, factor):
        return PythonArray([item * factor for item in self.items])

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, value):
        self.items[index] = float(value)


def slope(array, state):
    """How a ball's place and speed change."""
    vx, vy = state[2], state[3]
    drag = 0.02 * (vx * vx + vy * vy) ** 0.5
    return array([vx, vy, -drag * vx, -9.81 - drag * vy])


def advance(array, state):
    a = slope(array, state)
    b = slope(array, state + a * (STEP / 2))
    c = slope(array, state + b * (STEP / 2))
    d = slope(array, state + c * STEP)
    after = state + (a + (b + c) * 2.0 + d) * (STEP / 6)
    if after[1] < 0.0:
        after[1] = -after[1]
        after[3] = after[3] * -0.8
    return after


def throw(array):
    """The height of the last ball at the end."""
    for ball in range(BALLS):
        state = array([0.0, 1.0, 10.0 + ball, 5.0])
        for _ in range(STEPS):
            state = advance(array, state)
    return state[1]


assert throw(floats.Array) == throw(PythonArray)


def workload(array):
    def loop(n):
        for i in range(n):
            throw(array)

    return loop


def make(array):
    def loop(n, f=array):
        for i in range(n):
            f([1.0, 2.0, 3.0, 4.0])

    return loop


def add(array):
    def loop(n, a=array([1.0, 2.0, 3.0, 4.0]), b=array([1.0, 2.0, 3.0, 4.0])):
        for i in range(n):
            a + b

    return loop


def scale(array):
    def loop(n, a=array([1.0, 2.0, 3.0, 4.0])):
        for i in range(n):
            a * 2.0

    return loop


def smooth(array):
    def loop(n, a=array([i / 8 for i in range(1000)])):
        for _ in range(n):
            for i in range(1, len(a) - 1):
                a[i] = (a[i - 1] + a[i] + a[i + 1]) / 3.0

    return loop


rows = {}
for where, array in (("in C", floats.Array), ("in Python", PythonArray)):
    rows[f"the balls, the array {where}"] = workload(array)
    rows[f"makes an array of 4, {where}"] = make(array)
    rows[f"`a + b` of 4, {where}"] = add(array)
    rows[f"`a * 2.0` of 4, {where}"] = scale(array)
    rows[f"smooths 1000 items by index, {where}"] = smooth(array)
timing.report(rows)
