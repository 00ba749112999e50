"""What stands for the native blocks at some addresses. Two levels, since a dict with addresses for keys is slow: all end in the
same bits, and each one that goes leaves a gap that later searches pass.
"""
import _weakref

from _gimbal.jit import residual_call

PAGE_BITS = 10
BLOCK_BITS = 4      # blocks are aligned to 16 bytes
LAST = (1 << PAGE_BITS - BLOCK_BITS) - 1
EMPTY = [None] * (LAST + 1)


class Places:
    """Address -> what was put there, or None."""

    def __init__(self):
        self.pages = {}

    def get(self, address):
        page = self.pages.get(address >> PAGE_BITS)
        return None if page is None else page[address >> BLOCK_BITS & LAST]

    def __setitem__(self, address, x):
        page = self.pages.get(address >> PAGE_BITS)
        if page is None:
            page = self.pages.setdefault(address >> PAGE_BITS, EMPTY[:])
        page[address >> BLOCK_BITS & LAST] = x

    def __delitem__(self, address):
        self[address] = None

    def __len__(self):
        return sum(x is not None for page in list(self.pages.values()) for x in page)


class Page:
    """The wrappers of a few blocks, each of which holds the page. A young page holds them as well: they die together, and a weak
    reference for each of them is saved. Once one has survived a collection all get one, and the page is old."""
    __slots__ = ('key', 'entries', 'young', '__weakref__')

    def __init__(self, key):
        self.key = key
        self.entries = EMPTY[:]
        self.young = True

    def get(self, address):
        entry = self.entries[address >> BLOCK_BITS & LAST]
        return entry() if type(entry) is _weakref.ref else entry

    def put(self, address, wrapper):
        self.entries[address >> BLOCK_BITS & LAST] = wrapper
        if not self.young:      # asked last: another thread may be in `age`
            self.entries[address >> BLOCK_BITS & LAST] = _weakref.ref(wrapper)

    def age(self):
        self.young = False      # first: another thread may be in `put`
        entries = self.entries
        for i, entry in enumerate(entries):
            if entry is not None and type(entry) is not _weakref.ref:
                entries[i] = _weakref.ref(entry)


class WeakPlaces:
    """Address -> wrapper, or None. Wrappers die young: what refers to them dies with them, without the collector's having to
    move it first. Only pages are referred to from here, weakly as well, except for the last."""

    def __init__(self):
        self.pages = {}
        self.last = Page(-1)

    def page(self, key):
        """The page of addresses that begin with these bits, or None."""
        page = self.last
        if page.key != key:
            page = self.pages.get(key)
            if page is not None:
                page = page()
        return page

    def get(self, address):
        page = self.page(address >> PAGE_BITS)
        return None if page is None else page.get(address)

    def to_put(self, address):
        """The page into which a wrapper is to be put, and which it has to hold."""
        page = self.last
        return page if page.key == address >> PAGE_BITS else residual_call(self.turn_to, address >> PAGE_BITS)

    def turn_to(self, key):
        """The page of addresses that begin with these bits, which is the last one from now on."""
        page = self.page(key)
        if page is None:
            page = Page(key)
            self.pages[key] = _weakref.ref(page)
        self.last = page
        return page

    def __len__(self):
        pages = [page() for page in list(self.pages.values())]
        return sum(page.get(i << BLOCK_BITS) is not None for page in pages if page is not None for i in range(LAST + 1))
