"""Cells: the structs in which objects cross. gimbal_host.h says what each tag and form means."""
from _gimbal.handles import MASK, handle, ids, new_handle, objects, sent, shut, take_back, wires
from _gimbal.native import ffi

# Tags of a cell; gimbal_host.h says what each one means.
(ERROR, NOTHING, NONE, TRUE, FALSE, NOT_IMPLEMENTED, ELLIPSIS, INT, FLOAT, STR, BYTES, HANDLE, PROXY, INSTANCE, BIGINT, COMPLEX,
 TUPLE, LIST, DICT, FUNCTION, MARSHALLED) = range(21)

# Forms of containers: bits of `aux`.
WANTS_HANDLE, PACKED_INTS, PACKED_FLOATS, KEYS_JOINED, NOTHING_TO_ADOPT, LENT = 1, 2, 4, 8, 16, 32

CELL = ffi.typeof('gimbal_cell *')
CELLS = ffi.typeof('gimbal_cell[]')
CELL_SIZE = ffi.sizeof('gimbal_cell')
FLOATS = ffi.typeof('double[]')


class Absent:
    """The one object that stands for "no object": an absent argument, no result."""
    __slots__ = ()

    def __repr__(self):
        return '<absent>'


NULL = Absent()


def put_handle(c, x, cls=None):
    """Fills a cell with an object's handle; True when the shim has not seen it before. `cls` is what C takes for its class."""
    c.tag = HANDLE
    wire = ids.get(x)
    if wire is not None:
        i = wire & MASK
        next(sent[i])
        if objects[i] is x and not shut[i]:
            c.i = wires[i]
            c.t = 0
            return False
        take_back(i)
    c.i = new_handle(x)
    c.t = handle(type(x) if cls is None else cls)
    return True
