"""bcrypt as a login form uses it: hashing, checking, salts, key derivation, errors. Cheap rounds throughout."""

import threading

import bcrypt
from checks import check, check_type

check("binary", lambda: bcrypt._bcrypt.__file__.rpartition("/")[2])
check("names", lambda: (sorted(bcrypt.__all__), bcrypt.__version__, bcrypt.__title__))

salts = [b"$2b$04$abcdefghijklmnopqrstuu", b"$2a$04$......................", b"$2y$05$/OK.fbVrR/bpIqNJ5ianF."]
passwords = {
    "empty": b"",
    "short": b"U*U",
    "text": "Kk4DQuMMfZL9o é漢".encode(),
    "nul": b"a\0b",
    "high": bytes(range(128, 200)),
    "72": b"x" * 72,
    "73": b"x" * 73,
}
for label, password in passwords.items():
    for salt in salts:
        check(f"hashpw {label} {salt[:6]}", bcrypt.hashpw, password, salt)
for salt in salts:
    hashed = bcrypt.hashpw(b"secret", salt)
    check(f"check {salt[:6]}", lambda: (bcrypt.checkpw(b"secret", hashed), bcrypt.checkpw(b"Secret", hashed)))
    check(f"again {salt[:6]}", lambda: bcrypt.hashpw(b"secret", hashed) == hashed)

check("gensalt", lambda: [(s := bcrypt.gensalt(rounds))[:7] + b"%d" % len(s) for rounds in (4, 5, 10, 31)])
check("gensalt default", lambda: bcrypt.gensalt()[:7])
check("gensalt prefix", lambda: bcrypt.gensalt(4, b"2a")[:7])
check("gensalt keywords", lambda: bcrypt.gensalt(rounds=6, prefix=b"2b")[:7])
check("gensalt differs", lambda: len({bcrypt.gensalt(4) for _ in range(50)}))
check("fresh salt", lambda: bcrypt.checkpw(b"pw", bcrypt.hashpw(b"pw", bcrypt.gensalt(4))))

for label, call in {
    "rounds 3": lambda: bcrypt.gensalt(3),
    "rounds 32": lambda: bcrypt.gensalt(32),
    "rounds -1": lambda: bcrypt.gensalt(-1),
    "rounds huge": lambda: bcrypt.gensalt(2**40),
    "rounds str": lambda: bcrypt.gensalt("4"),
    "prefix": lambda: bcrypt.gensalt(4, b"2x"),
    "prefix str": lambda: bcrypt.gensalt(4, "2b"),
    "password str": lambda: bcrypt.hashpw("secret", salts[0]),
    "password None": lambda: bcrypt.hashpw(None, salts[0]),
    "password bytearray": lambda: bcrypt.hashpw(bytearray(b"secret"), salts[0]),
    "salt str": lambda: bcrypt.hashpw(b"secret", "salt"),
    "salt bad": lambda: bcrypt.hashpw(b"secret", b"$2b$04$short"),
    "salt version": lambda: bcrypt.hashpw(b"secret", b"$3b$04$abcdefghijklmnopqrstuu"),
    "salt rounds": lambda: bcrypt.hashpw(b"secret", b"$2b$xx$abcdefghijklmnopqrstuu"),
    "salt alphabet": lambda: bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqr!tuu"),
    "salt empty": lambda: bcrypt.hashpw(b"secret", b""),
    "check str": lambda: bcrypt.checkpw("secret", salts[0]),
    "check bad": lambda: bcrypt.checkpw(b"secret", b"bad"),
    "check nul": lambda: bcrypt.checkpw(b"a\0b", bcrypt.hashpw(b"ab", salts[0])),
    "no salt": lambda: bcrypt.hashpw(b"secret"),
    "no argument": lambda: bcrypt.checkpw(),
    "unknown keyword": lambda: bcrypt.hashpw(b"secret", salts[0], colour=1),
    "too many": lambda: bcrypt.gensalt(4, b"2b", 5),
    "twice": lambda: bcrypt.gensalt(4, rounds=4),
}.items():
    check(label, call)
check("keywords", lambda: bcrypt.hashpw(salt=salts[0], password=b"secret"))


class Password(bytes):
    """A subclass of bytes."""


check("subclass", lambda: bcrypt.checkpw(Password(b"secret"), Password(bcrypt.hashpw(b"secret", salts[0]))))

check("kdf", bcrypt.kdf, b"password", b"salt", 32, 10, True)
check("kdf long", bcrypt.kdf, b"password", b"salt", 100, 4, True)
check("kdf one", bcrypt.kdf, b"p", b"s", 1, 1, True)
check("kdf keywords", lambda: bcrypt.kdf(password=b"p", salt=b"\0\xff", desired_key_bytes=16, rounds=60))
for label, call in {
    "kdf zero bytes": lambda: bcrypt.kdf(b"p", b"s", 0, 10, True),
    "kdf 513 bytes": lambda: bcrypt.kdf(b"p", b"s", 513, 10, True),
    "kdf negative": lambda: bcrypt.kdf(b"p", b"s", -1, 10, True),
    "kdf no rounds": lambda: bcrypt.kdf(b"p", b"s", 10, 0, True),
    "kdf empty password": lambda: bcrypt.kdf(b"", b"s", 10, 10, True),
    "kdf empty salt": lambda: bcrypt.kdf(b"p", b"", 10, 10, True),
    "kdf str": lambda: bcrypt.kdf("p", b"s", 10, 10, True),
    "kdf few": lambda: bcrypt.kdf(b"p", b"s", 10),
}.items():
    check(label, call)


def warned():
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        key = bcrypt.kdf(b"p", b"s", 8, 10)
    return key, [(w.category.__name__, str(w.message)) for w in caught]


check("kdf warns", warned)


def threads():
    found = [None] * 4

    def work(slot):
        for _ in range(5):
            found[slot] = bcrypt.hashpw(b"password %d" % slot, salts[0])

    workers = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


check("threads", threads)
check("callable", lambda: callable(bcrypt.hashpw))
