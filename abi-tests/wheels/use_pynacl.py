"""PyNaCl: boxes, signatures, hashes and passwords, and the bindings below them."""

import pickle
import threading

import nacl
from checks import check, check_type
from nacl import _sodium, bindings, encoding, exceptions, hash, hashlib, public, pwhash, secret, signing, utils

check("binary", lambda: _sodium.__file__.rpartition("/")[2])
check("version", lambda: nacl.__version__)

KEY = bytes(range(32))
NONCE = bytes(range(24))
box = secret.SecretBox(KEY)
sealed = box.encrypt(b"a message", NONCE)
for label, use in {
    "encrypt": lambda: (sealed.hex(), sealed.nonce == NONCE, sealed.ciphertext.hex(), type(sealed).__name__),
    "decrypt": lambda: (box.decrypt(sealed), box.decrypt(sealed.ciphertext, NONCE)),
    "changed": lambda: box.decrypt(sealed[:-1] + b"x"),
    "short": lambda: box.decrypt(b"short"),
    "key length": lambda: secret.SecretBox(b"short"),
    "key type": lambda: secret.SecretBox("k" * 32),
    "nonce length": lambda: box.encrypt(b"x", b"n"),
    "random": lambda: (len(utils.random(20)), len(box.encrypt(b"x").nonce), utils.random(8) != utils.random(8)),
    "deterministic": lambda: utils.randombytes_deterministic(16, KEY).hex(),
    "encoded": lambda: box.encrypt(b"x", NONCE, encoder=encoding.Base64Encoder),
    "hex key": lambda: secret.SecretBox(KEY.hex().encode(), encoder=encoding.HexEncoder) is not None,
    "bytes": lambda: (bytes(box) == KEY, isinstance(sealed, bytes)),
    "aead": lambda: (lambda a: a.decrypt(a.encrypt(b"x", b"data", NONCE), b"data"))(secret.Aead(KEY)),
    "aead wrong": lambda: (lambda a: a.decrypt(a.encrypt(b"x", b"data", NONCE), b"other"))(secret.Aead(KEY)),
}.items():
    check(f"secret {label}", use)
alice, bob = public.PrivateKey(KEY), public.PrivateKey(KEY[::-1])
for label, use in {
    "public": lambda: (bytes(alice.public_key).hex(), alice.public_key == public.PublicKey(bytes(alice.public_key)), alice != bob),
    "box": lambda: public.Box(alice, bob.public_key).encrypt(b"hello", NONCE).hex(),
    "open": lambda: public.Box(bob, alice.public_key).decrypt(public.Box(alice, bob.public_key).encrypt(b"hello", NONCE)),
    "shared": lambda: public.Box(alice, bob.public_key).shared_key() == public.Box(bob, alice.public_key).shared_key(),
    "sealed": lambda: public.SealedBox(bob).decrypt(public.SealedBox(bob.public_key).encrypt(b"anonymous")),
    "sealed wrong": lambda: public.SealedBox(alice).decrypt(public.SealedBox(bob.public_key).encrypt(b"anonymous")),
    "from seed": lambda: bytes(public.PrivateKey.from_seed(KEY)).hex(),
    "generate": lambda: len(bytes(public.PrivateKey.generate())),
    "wrong": lambda: public.Box(alice, alice),
    "hash": lambda: {alice.public_key: 1}[public.PublicKey(bytes(alice.public_key))],
}.items():
    check(f"public {label}", use)
signer = signing.SigningKey(KEY)
signed = signer.sign(b"a document")
for label, use in {
    "sign": lambda: (signed.hex(), signed.message, signed.signature.hex()),
    "verify": lambda: (signer.verify_key.verify(signed), signer.verify_key.verify(signed.message, signed.signature)),
    "forged": lambda: signer.verify_key.verify(b"another" + signed[7:]),
    "short": lambda: signer.verify_key.verify(b"x", b"short"),
    "encoded": lambda: signer.verify_key.encode(encoding.HexEncoder),
    "to curve": lambda: bytes(signer.to_curve25519_private_key()).hex(),
    "type": lambda: signer.sign("text"),
}.items():
    check_type(f"signing {label}", use)
for label, use in {
    "sha": lambda: (hash.sha256(b"x"), hash.sha512(b"", encoder=encoding.RawEncoder).hex()),
    "blake2b": lambda: (hash.blake2b(b"x", digest_size=16), hash.blake2b(b"x", key=KEY, salt=b"s", person=b"p")),
    "siphash": lambda: hash.siphash24(b"x", key=KEY[:16]),
    "incremental": lambda: (lambda h: (h.update(b"b"), h.copy().hexdigest(), h.digest() == hashlib.blake2b(b"ab").digest(), h.name, h.block_size))(hashlib.blake2b(b"a")),
    "no pickle": lambda: pickle.dumps(hashlib.blake2b(b"a")),
    "argon2": lambda: pwhash.argon2id.kdf(32, b"password", KEY[:16], opslimit=1, memlimit=8192).hex(),
    "stored": lambda: (lambda h: (h[:9], pwhash.verify(h, b"password")))(pwhash.argon2id.str(b"password", opslimit=1, memlimit=8192)),
    "stored wrong": lambda: pwhash.verify(pwhash.argon2id.str(b"password", opslimit=1, memlimit=8192), b"other"),
    "limits": lambda: pwhash.argon2id.kdf(32, b"password", KEY[:16], opslimit=0, memlimit=1),
    "scrypt": lambda: pwhash.scrypt.kdf(16, b"password", KEY, opslimit=2**15, memlimit=2**21).hex(),
    "digest size": lambda: hash.blake2b(b"x", digest_size=99),
}.items():
    check_type(f"hash {label}", use)
state = bindings.crypto_secretstream_xchacha20poly1305_state()
header = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, KEY)
parts = [bindings.crypto_secretstream_xchacha20poly1305_push(state, b"part %d" % i) for i in range(3)]
opened = bindings.crypto_secretstream_xchacha20poly1305_state()
bindings.crypto_secretstream_xchacha20poly1305_init_pull(opened, header, KEY)
check("stream", lambda: [bindings.crypto_secretstream_xchacha20poly1305_pull(opened, part) for part in parts])
check_type("stream wrong", lambda: bindings.crypto_secretstream_xchacha20poly1305_pull(opened, parts[0]))
check("bindings", lambda: (bindings.sodium_memcmp(b"a", b"a"), bindings.sodium_increment(b"\xff\x00"), bindings.sodium_pad(b"ab", 4), bindings.sodium_unpad(bindings.sodium_pad(b"ab", 4), 4), bindings.crypto_scalarmult_base(KEY).hex(), bindings.crypto_kx_seed_keypair(KEY)[0].hex()))
check("errors", lambda: (issubclass(exceptions.BadSignatureError, exceptions.CryptoError), exceptions.CryptoError.__module__))
check_type("ensure", lambda: exceptions.ensure(False, "not so", raising=exceptions.ValueError))
results = []


def work(n):
    own = secret.SecretBox(bytes([n]) * 32)
    results.append((n, all(own.decrypt(own.encrypt(b"%d" % i)) == b"%d" % i for i in range(300))))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results))
check("many", lambda: len({hash.sha256(b"%d" % i) for i in range(5000)}))
