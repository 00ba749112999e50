"""What the soak does with each package: one function each, which works on its `i`th input and fails when a result is wrong.

State is per thread: `start()` gives such a function with objects of its own, which live as long as it does.
"""
import importlib


def markupsafe(package):
    page = package.Markup("<p>%s</p>")

    def use(i):
        text = f"<{i}> & \"{'é' * (i % 7)}\""
        escaped = package.escape(text)
        assert escaped.unescape() == text and "<" not in escaped
        assert page % text == f"<p>{escaped}</p>"
        assert package.Markup("<b>x</b>").join([text, str(i)]).striptags().endswith(str(i))
    return use


def ujson(package):
    def use(i):
        value = {"id": i, "list": [i, i / 4, None, True, "é" * (i % 9)], "nested": {str(i): {"deep": [[i]]}}, "big": i << 40}
        assert package.loads(package.dumps(value)) == value
        try:
            package.loads("[1, %d" % i)
        except package.JSONDecodeError:
            return
        raise AssertionError("no error")
    return use


def msgpack(package):
    unpacker = package.Unpacker()

    def use(i):
        value = {"id": i, "data": b"x" * (i % 50), "list": [i, [str(i)], 1.5 * i], "extension": package.ExtType(5, b"%d" % i)}
        packed = package.packb(value)
        assert package.unpackb(packed) == value
        unpacker.feed(packed[:9])
        unpacker.feed(packed[9:])
        assert next(unpacker) == value
        assert package.unpackb(packed, object_hook=lambda row: sorted(row))[0] == "data"
    return use


def mmh3(package):
    def use(i):
        text = f"key {i}"
        hasher = package.mmh3_x64_128(text.encode())
        assert hasher.digest() == package.hash_bytes(text) == package.mmh3_x64_128(bytearray(text.encode())).digest()
        assert package.hash(text, i & 0xffff, signed=False) == package.hash(text, i & 0xffff) & 0xffffffff
        assert hasher.copy().sintdigest() == package.hash128(text, signed=True)
    return use


def xxhash(package):
    def use(i):
        data = b"block %d " % i * (1 + i % 30)
        hasher = package.xxh3_64(seed=i)
        hasher.update(data[:10])
        hasher.update(memoryview(data)[10:])
        assert hasher.intdigest() == package.xxh3_64_intdigest(data, i)
        assert hasher.copy().hexdigest() == package.xxh3_64_hexdigest(data, seed=i)
        assert package.xxh64(bytearray(data)).digest() == package.xxh64_digest(data)
    return use


def kiwisolver(package):
    # A solver keeps something for each variable that it has ever seen, on CPython, too: hence a few for all.
    left, right, width = (package.Variable(name) for name in ("left", "right", "width"))
    solver = package.Solver()
    solver.addEditVariable(width, "strong")

    def use(i):
        left.setContext([i])
        constraints = [left >= 0, (right - left == width) | "strong", (left <= i % 10) | "weak"]
        for constraint in constraints:
            solver.addConstraint(constraint)
        solver.suggestValue(width, i % 100)
        solver.updateVariables()
        assert right.value() - left.value() == i % 100 and left.context() == [i]
        for constraint in constraints:
            solver.removeConstraint(constraint)
        try:
            solver.removeConstraint(constraints[0])
        except package.UnknownConstraint:
            return
        raise AssertionError("no error")
    return use


def frozenlist(package):
    def use(i):
        items = package.FrozenList([i, str(i)])
        items.append([i])
        items.insert(0, items)      # a cycle that only a collector can free
        assert len(items) == 4 and items[0] is items and items[1] == i
        if i % 100:
            items[0] = package.FrozenList()
        items.freeze()
        try:
            items.append(1)
        except RuntimeError:
            assert items.frozen and hash(items[2]) == hash(str(i))
            return
        raise AssertionError("no error")
    return use


def regex(package):
    words = package.compile(r"(?P<word>\p{L}+)[ ,]*(?P<number>\d+)?")

    def use(i):
        text = f"été {i}, dog {i + 1} none"
        found = [match.groupdict() for match in words.finditer(text)]
        assert found[1] == {"word": "dog", "number": str(i + 1)} and found[2]["number"] is None
        match = words.search(text, 1)
        assert match.span("number") == (4, 4 + len(str(i))) and match.expandf("{word}!") == "té!"
        assert words.sub(lambda m: m["word"].upper(), text, count=1).startswith("ÉTÉ")
        assert package.search("(dgo){e<=2}", text).group()
    return use


def pyahocorasick(package):
    words = package.Automaton()
    for word in ("he", "she", "his", "hers"):
        words.add_word(word, [word])
    words.make_automaton()

    def use(i):
        text = f"ushers {i} his" + " x" * (i % 200)
        assert [found[0] for _, found in words.iter(text)][:3] == ["she", "he", "hers"]
        searching = words.iter(text)    # is left before it has ended
        assert next(searching)[1] == ["she"]
        assert sorted(words.keys("h")) == ["he", "hers", "his"]
    return use


MODULES = {"pyahocorasick": "ahocorasick"}


def start(name):
    """The function that uses a package."""
    return globals()[name](importlib.import_module(MODULES.get(name, name)))
