"""argon2-cffi with its bindings: password hashes, what is wrong with them, and the C interface below."""

import pickle
import threading

import _argon2_cffi_bindings
import argon2
from argon2 import PasswordHasher, Type, exceptions, low_level
from checks import check, check_type

ffi, lib = _argon2_cffi_bindings.ffi, _argon2_cffi_bindings.lib
check("binary", lambda: _argon2_cffi_bindings._ffi.__file__.rpartition("/")[2])
import _cffi_backend

check("backend", lambda: _cffi_backend.__file__.rpartition("/")[2])
check("versions", lambda: (lib.ARGON2_VERSION_NUMBER, low_level.ARGON2_VERSION))

SALT = b"somesalt" * 2
ph = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
kept = ph.hash("pass wörd", salt=SALT)
for label, use in {
    "hash": lambda: kept,
    "verify": lambda: ph.verify(kept, "pass wörd"),
    "verify bytes": lambda: ph.verify(kept.encode(), "pass wörd".encode()),
    "mismatch": lambda: ph.verify(kept, "wrong"),
    "garbage": lambda: ph.verify("garbage", "x"),
    "cut": lambda: ph.verify(kept[:-3] + "!!!", "pass wörd"),
    "rehash": lambda: (ph.check_needs_rehash(kept), PasswordHasher(time_cost=2).check_needs_rehash(kept)),
    "random salt": lambda: ph.hash("a") != ph.hash("a"),
    "parameters": lambda: argon2.extract_parameters(kept),
    "parameters of garbage": lambda: argon2.extract_parameters("$argon2id$x"),
    "profile": lambda: argon2.profiles.RFC_9106_LOW_MEMORY,
    "type": lambda: ph.hash(5),
    "hash type": lambda: ph.verify(5, "x"),
    "pickle": lambda: pickle.loads(pickle.dumps(argon2.extract_parameters(kept))) == argon2.extract_parameters(kept),
    "repr": lambda: repr(ph)[:30],
    "error": lambda: [cls.__name__ for cls in exceptions.VerifyMismatchError.__mro__[:3]],
}.items():
    check_type(label, use)
for kind in Type:
    check(f"raw {kind.name}", lambda: low_level.hash_secret_raw(b"secret", SALT, 2, 32, 2, 24, kind).hex())
    check(f"encoded {kind.name}", lambda: low_level.hash_secret(b"secret", SALT, 1, 8, 1, 16, kind))
    check(f"verified {kind.name}", lambda: low_level.verify_secret(low_level.hash_secret(b"s", SALT, 1, 8, 1, 16, kind), b"s", kind))
for label, call in {
    "short salt": lambda: low_level.hash_secret(b"s", b"x", 1, 8, 1, 16, Type.I),
    "no time": lambda: low_level.hash_secret(b"s", SALT, 0, 8, 1, 16, Type.I),
    "little memory": lambda: low_level.hash_secret(b"s", SALT, 1, 1, 1, 16, Type.I),
    "short": lambda: low_level.hash_secret(b"s", SALT, 1, 8, 1, 1, Type.I),
    "version": lambda: low_level.hash_secret(b"s", SALT, 1, 8, 1, 16, Type.I, version=18) != low_level.hash_secret(b"s", SALT, 1, 8, 1, 16, Type.I),
    "text": lambda: low_level.hash_secret("s", SALT, 1, 8, 1, 16, Type.I),
    "kind": lambda: low_level.verify_secret(b"$argon2i$x", b"s", Type.D),
    "message": lambda: (low_level.error_to_str(lib.ARGON2_OK), low_level.error_to_str(lib.ARGON2_SALT_TOO_SHORT)),
    "unknown message": lambda: low_level.error_to_str(-999),
}.items():
    check(label, call)
for label, use in {
    "string": lambda: (ffi.string(ffi.new("char[]", b"text")), ffi.string(lib.argon2_error_message(0))),
    "struct": lambda: (lambda c: (c.t_cost, c.lanes, c.out == ffi.NULL, ffi.sizeof(c[0])))(ffi.new("argon2_context*", {"t_cost": 3, "lanes": 2})),
    "array": lambda: (lambda a: (list(a), len(a), bytes(ffi.buffer(a)), a[1:3][0]))(ffi.new("uint8_t[]", [1, 2, 3])),
    "from_buffer": lambda: ffi.from_buffer("uint8_t[]", bytearray(b"abc"))[1],
    "cast": lambda: (int(ffi.cast("uint8_t", 300)), ffi.cast("void*", 0) == ffi.NULL),
    "types": lambda: (ffi.typeof("argon2_context").kind, ffi.typeof("uint8_t*").item.cname, ffi.sizeof("uint32_t"), ffi.offsetof("argon2_context", "t_cost")),
    "repr": lambda: (repr(ffi.new("int[3]")).partition(" at")[0], repr(ffi.typeof("int")), repr(ffi.NULL)),
    "gc": lambda: (lambda log: (ffi.release(ffi.gc(ffi.new("int*"), log.append)), len(log)))([]),
    "enum": lambda: (int(lib.Argon2_id), lib.ARGON2_FLAG_CLEAR_PASSWORD),
    "memmove": lambda: (lambda a: (ffi.memmove(a, b"xyz", 3), bytes(ffi.buffer(a))))(ffi.new("char[3]")),
    "unpack": lambda: ffi.unpack(ffi.new("char[]", b"abcdef"), 3),
    "compare": lambda: (ffi.cast("int*", 5) < ffi.cast("int*", 6), ffi.NULL == None, hash(ffi.NULL) == hash(ffi.cast("void*", 0))),
    "index": lambda: ffi.new("int[2]")[2],
    "wrong field": lambda: ffi.new("argon2_context*").nothing,
    "wrong type": lambda: ffi.new("nothing*"),
    "wrong value": lambda: ffi.new("uint8_t*", 256),
    "wrong function": lambda: lib.nothing,
    "wrong argument": lambda: lib.argon2_error_message("a"),
    "wrong count": lambda: lib.argon2_error_message(),
    "null": lambda: ffi.NULL[0],
    "errno": lambda: (setattr(ffi, "errno", 5), ffi.errno),
}.items():
    check_type(f"cffi {label}", use)


def use_with():
    with ffi.new("int[2]", [7, 8]) as numbers:
        return list(numbers)


check("with", use_with)
results = []
threads = [threading.Thread(target=lambda n: results.append((n, low_level.hash_secret_raw(b"%d" % n, SALT, 1, 64, 1, 8, Type.ID).hex())), args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results))
check("many", lambda: sum(len(ffi.string(lib.argon2_error_message(0))) for _ in range(20_000)))
