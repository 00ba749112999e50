"""Operations of the section "containers" of the host interface; see ops_object.py for the rules."""

from _gimbal import streams
from _gimbal.classes import Namespace
from _gimbal.hidden import ShownDict
from _gimbal.cells import NULL
from _gimbal.handles import handle, rebind
from _gimbal.native import ffi


# --- sequences ----------------------------------------------------------------------------------------------------


TupleOf = tuple
NewSlice = slice


# What C knows of a list follows the changes that C makes itself.


def ListAppend(items, x):
    list.append(items, x)
    streams.seen_copy(items).append(x)
    return list.__len__(items)


def ListInsert(items, at, x):
    list.insert(items, at, x)
    streams.seen_copy(items).insert(at, x)
    return list.__len__(items)


def ListSetItem(items, at, x):
    list.__setitem__(items, at, x)
    streams.seen_copy(items)[at:at + 1] = (x,)


def ListSetSlice(items, low, high, new):
    if new is NULL:
        list.__delitem__(items, slice(low, high))
    else:
        list.__setitem__(items, slice(low, high), new)


def ListSort(items):
    list.sort(items)


def ListReverse(items):
    list.reverse(items)


def ListRefresh(items):
    streams.forget_seen(items)
    return items


def LentList(name):
    return handle(streams.lent[name])


def ListsUnchanged(address, n):
    return streams.lists_unchanged(ffi.cast('int64_t *', address), n)


def GetSlice(o, low, high):
    return o[low:high]


def SetSlice(o, low, high, new):
    if new is NULL:
        del o[low:high]
    else:
        o[low:high] = new


# --- dicts --------------------------------------------------------------------------------------------------------
# Dict's own methods, whatever a subclass overrides, as in CPython; but the namespace of a class is a view, not a store.


def _owner(d):
    t = type(d)
    return t if t is Namespace or t is ShownDict else dict


def DictGet(d, key):
    return _owner(d).get(d, key, NULL)


def DictSet(d, key, value):
    _owner(d).__setitem__(d, key, value)


def DictDel(d, key):
    _owner(d).__delitem__(d, key)


def DictContains(d, key):
    return _owner(d).__contains__(d, key)


def DictLen(d):
    return _owner(d).__len__(d)


def DictClear(d):
    if _owner(d) is not dict:
        for key in list(d):
            del d[key]
    else:
        dict.clear(d)


def DictCopy(d):
    return dict(_owner(d).items(d))


def DictKeys(d):
    return list(_owner(d).keys(d))


def DictValues(d):
    return list(_owner(d).values(d))


def DictItems(d):
    return list(_owner(d).items(d))


def DictSnapshot(d, ahead):
    if not ahead:
        return tuple([x for item in _owner(d).items(d) for x in item])
    words = ffi.cast('int64_t *', ahead)
    if words[1] and type(d) is dict and streams.is_as_read(d, words[1]):
        return True
    copy = dict.copy(d) if type(d) is dict else dict(_owner(d).items(d))
    streams.read_dicts(d, copy, words[0], words[2], words + 3)
    return NULL


def _pairs(items):
    for i, item in enumerate(items):
        try:
            pair = tuple(item)
        except TypeError:
            raise TypeError(f"cannot convert dictionary update sequence element #{i} to a sequence") from None
        if len(pair) != 2:
            raise ValueError(f"dictionary update sequence element #{i} has length {len(pair)}; 2 is required")
        yield pair


def DictMerge(d, other, mode, pairs):
    owner = _owner(d)
    if pairs:
        items = _pairs(other)
    elif isinstance(other, dict) and type(other).__iter__ is dict.__iter__:
        items = list(dict.items(other))
    else:
        items = ((key, other[key]) for key in other.keys())
    for key, value in items:
        if mode != 1 and owner.__contains__(d, key):
            if mode == 2:
                raise KeyError(key)
            continue
        owner.__setitem__(d, key, value)


def DictPop(d, key):
    owner = _owner(d)
    value = owner.get(d, key, NULL)
    if value is not NULL:
        owner.__delitem__(d, key)
    return value


def MappingProxy(mapping):
    return type(type.__dict__)(mapping)


# --- sets ---------------------------------------------------------------------------------------------------------


def NewSet(items):
    return set() if items is NULL else set(items)


def NewFrozenSet(items):
    return frozenset() if items is NULL else frozenset(items)


def SetAdd(s, x):
    if isinstance(s, frozenset):
        # C fills a frozenset that it has just made: the handle moves on to a new one.
        rebind(s, frozenset([*s, x]))
        return
    set.add(s, x)


def SetDiscard(s, x):
    n = len(s)
    set.discard(s, x)
    return len(s) != n


def SetPop(s):
    return set.pop(s)


def SetClear(s):
    set.clear(s)
