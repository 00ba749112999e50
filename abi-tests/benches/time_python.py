"""Python code that calls no extension, in a process that has loaded one and keeps an instance of its type: what it costs
that Gimbal is there."""

import instances
import timing

kept = instances.Point(1.0, 2.0)


class Node:
    def __init__(self, value, before):
        self.value = value
        self.before = before


def integers(n):
    for _ in range(n):
        total = 0
        for i in range(2000):
            for j in range(5):
                total += i ^ j


def numbers(n):
    for _ in range(n):
        total = 0.0
        for i in range(2000):
            for j in range(5):
                total += i * 0.5 + j


def nodes(n):
    for _ in range(n):
        node = None
        for i in range(2000):
            node = Node(i, node)
        total = 0
        while node is not None:
            total += node.value
            node = node.before


def fibonacci(i):
    return i if i < 2 else fibonacci(i - 1) + fibonacci(i - 2)


def recursion(n):
    for _ in range(n):
        fibonacci(15)


def words(n):
    for _ in range(n):
        found = {}
        for i in range(2000):
            word = f"word{i % 97}"
            found[word] = found.get(word, 0) + 1


timing.report({
    "loops over ints": integers,
    "loops over floats": numbers,
    "makes and walks 2000 objects": nodes,
    "recursion": recursion,
    "strings and a dict": words,
})
