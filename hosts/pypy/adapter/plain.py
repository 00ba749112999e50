"""The builtin value inside an instance of a subclass."""


def plain_value(x):
    """The int, float, str, bytes or tuple that `x` is; None for any other object. No method of the subclass is asked."""
    if isinstance(x, str):
        return str.__str__(x)
    if isinstance(x, int):
        return int.__add__(x, 0)    # PyPy's own `__int__` and `__index__` ask the subclass
    if isinstance(x, float):
        return float.__float__(x)
    if isinstance(x, bytes):
        return bytes.__getitem__(x, slice(None))
    if isinstance(x, tuple):
        return tuple(tuple.__iter__(x))
    return None
