"""Drives coroutines.c: awaits and iterates its objects in coroutines of Python."""

import asyncio

import coroutines
from checks import check, check_all, check_type
from coroutines import Awaitable

check_all(coroutines)


def drive(coroutine):
    """Everything a coroutine yields, and what it returns."""
    steps = []
    while True:
        try:
            steps.append(coroutine.send(None))
        except StopIteration as stop:
            return steps, stop.value


async def await_it(left):
    return "got", await Awaitable(left)


async def iterate():
    return [value async for value in Awaitable(0, 0)]


async def nested():
    return [await await_it(n) for n in range(3)]


class Sub(Awaitable):
    """Awaits its base."""

    def __await__(self):
        value = yield from super().__await__()
        return "sub", value


async def await_sub():
    return await Sub(2)


async def guarded():
    try:
        await Awaitable(-1)
    except OSError as error:
        return str(error)


for label, coroutine in {"await": await_it(2), "iterate": iterate(), "nested": nested(), "sub": await_sub(), "guarded": guarded()}.items():
    check(label, drive, coroutine)
check_type("bad await", drive, await_it(-1))


async def iterate_at_once():
    return [value async for value in Awaitable(0, 3)]


check("in asyncio", lambda: asyncio.run(iterate_at_once()))
