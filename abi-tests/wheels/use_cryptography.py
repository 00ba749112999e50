"""cryptography: ciphers, signatures, certificates, keys in every format, tokens, and what goes wrong with them."""

import copy
import threading

from checks import check, check_type
from cryptography import exceptions, fernet, x509
from cryptography.hazmat.bindings import _rust
from cryptography.hazmat.primitives import hashes, hmac, keywrap, padding, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, utils, x25519
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
from cryptography.hazmat.primitives.kdf import hkdf, pbkdf2, scrypt
from cryptography.hazmat.primitives.twofactor import totp

check("binary", lambda: _rust.__file__.rpartition("/")[2])
KEY, IV, DATA = bytes(range(32)), bytes(range(16)), b"some data that is to be kept secret" * 3

for name in "SHA256 SHA512 SHA1 SHA3_256 BLAKE2b SM3".split():
    algorithm = getattr(hashes, name)
    digest = hashes.Hash(algorithm(64) if name == "BLAKE2b" else algorithm())
    digest.update(b"one")
    twin = digest.copy()
    digest.update(b"two")
    check(f"hash {name}", lambda: (digest.finalize().hex(), twin.finalize().hex()))
check("hash finished", lambda: digest.update(b"x"))
check("hash type", lambda: hashes.Hash("sha256"))
check_type("hash data", lambda: hashes.Hash(hashes.SHA256()).update("text"))
mac = hmac.HMAC(KEY, hashes.SHA256())
mac.update(DATA)
check("hmac", lambda: (mac.copy().finalize().hex(), mac.copy().verify(mac.copy().finalize())))
check("hmac wrong", lambda: mac.verify(b"wrong"))
for label, mode in {"CBC": modes.CBC(IV), "CTR": modes.CTR(IV), "GCM": modes.GCM(IV[:12]), "ECB": modes.ECB()}.items():
    encryptor = Cipher(algorithms.AES(KEY), mode).encryptor()
    if label == "GCM":
        encryptor.authenticate_additional_data(b"header")
    sealed = encryptor.update(DATA[:96]) + encryptor.finalize()
    check(f"AES {label}", lambda: (sealed.hex()[:40], len(sealed), getattr(encryptor, "tag", b"").hex() if label == "GCM" else None))
    if label != "GCM":
        decryptor = Cipher(algorithms.AES(KEY), mode).decryptor()
        check(f"AES {label} back", lambda: decryptor.update(sealed) + decryptor.finalize() == DATA[:96])
check("into", lambda: (lambda e, b: (e.update_into(b"x" * 16, b), b.hex()))(Cipher(algorithms.AES(KEY), modes.ECB()).encryptor(), bytearray(31)))
check("half a block", lambda: (lambda e: (e.update(b"x"), e.finalize()))(Cipher(algorithms.AES(KEY), modes.CBC(IV)).encryptor()))
check("key size", lambda: algorithms.AES(b"short"))
check("IV size", lambda: Cipher(algorithms.AES(KEY), modes.CBC(b"short")).encryptor())
padder = padding.PKCS7(128).padder()
padded = padder.update(b"text") + padder.finalize()
unpadder = padding.PKCS7(128).unpadder()
check("padding", lambda: (padded.hex(), unpadder.update(padded) + unpadder.finalize()))
check("padding wrong", lambda: (lambda u: (u.update(b"x" * 16), u.finalize()))(padding.PKCS7(128).unpadder()))
for kind in (aead.AESGCM, aead.ChaCha20Poly1305, aead.AESCCM, aead.AESSIV, aead.AESOCB3):
    box = kind(KEY)
    sealed = box.encrypt(IV[:12], DATA, b"header") if kind is not aead.AESSIV else box.encrypt(DATA, [b"header"])
    check(f"{kind.__name__}", lambda: sealed.hex()[-40:])
    check(f"{kind.__name__} back", lambda: (box.decrypt(IV[:12], sealed, b"header") if kind is not aead.AESSIV else box.decrypt(sealed, [b"header"])) == DATA)
    check_type(f"{kind.__name__} wrong", lambda: box.decrypt(IV[:12], sealed, b"other") if kind is not aead.AESSIV else box.decrypt(sealed, [b"other"]))
check("wrap", lambda: keywrap.aes_key_unwrap(KEY, keywrap.aes_key_wrap(KEY, IV)) == IV)
check("wrap wrong", lambda: keywrap.aes_key_unwrap(KEY, bytes(24)))
check("kdf", lambda: (pbkdf2.PBKDF2HMAC(hashes.SHA256(), 16, b"salt", 1000).derive(b"pw").hex(), hkdf.HKDF(hashes.SHA256(), 16, None, b"i").derive(b"k").hex(), scrypt.Scrypt(salt=b"salt", length=16, n=16, r=8, p=1).derive(b"pw").hex()))
check("kdf twice", lambda: (lambda k: (k.derive(b"x"), k.derive(b"x")))(hkdf.HKDF(hashes.SHA256(), 16, None, b"i")))
check("kdf verify", lambda: pbkdf2.PBKDF2HMAC(hashes.SHA256(), 16, b"salt", 10).verify(b"pw", b"x"))
check("totp", lambda: totp.TOTP(b"k" * 20, 6, hashes.SHA1(), 30).generate(59))

signer = ed25519.Ed25519PrivateKey.from_private_bytes(KEY)
signature = signer.sign(DATA)
public = signer.public_key()
for label, use in {
    "sign": lambda: signature.hex(),
    "verify": lambda: public.verify(signature, DATA),
    "forged": lambda: public.verify(signature, b"other"),
    "PEM": lambda: signer.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
    "public": lambda: public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH),
    "raw": lambda: (public.public_bytes_raw().hex(), public == ed25519.Ed25519PublicKey.from_public_bytes(public.public_bytes_raw()), copy.copy(public) == public),
    "length": lambda: ed25519.Ed25519PrivateKey.from_private_bytes(b"short"),
    "abstract": lambda: (isinstance(signer, ed25519.Ed25519PrivateKey), type(signer).__module__.split(".")[-1]),
    "encrypted": lambda: serialization.load_pem_private_key(signer.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw")), b"pw").private_bytes_raw() == KEY,
    "no password": lambda: serialization.load_pem_private_key(signer.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw")), None),
    "garbage": lambda: serialization.load_pem_private_key(b"garbage", None),
    "exchange": lambda: x25519.X25519PrivateKey.from_private_bytes(KEY).exchange(x25519.X25519PrivateKey.from_private_bytes(KEY[::-1]).public_key()).hex(),
}.items():
    check_type(f"ed25519 {label}", use)
curve = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
for label, use in {
    "numbers": lambda: (curve.public_key().public_numbers().x, curve.private_numbers().private_value, curve.curve.name, curve.key_size),
    "sign": lambda: curve.public_key().verify(curve.sign(DATA, ec.ECDSA(hashes.SHA256())), DATA, ec.ECDSA(hashes.SHA256())),
    "deterministic": lambda: curve.sign(DATA, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)).hex(),
    "parts": lambda: utils.decode_dss_signature(utils.encode_dss_signature(5, 6)),
    "forged": lambda: curve.public_key().verify(b"x", DATA, ec.ECDSA(hashes.SHA256())),
    "exchange": lambda: curve.exchange(ec.ECDH(), curve.public_key()).hex(),
    "point": lambda: ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), curve.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)) == curve.public_key(),
    "wrong point": lambda: ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + bytes(64)),
    "repr": lambda: repr(curve.public_key().public_numbers())[:40],
}.items():
    check_type(f"ec {label}", use)
key = rsa.generate_private_key(65537, 2048)
oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
pss = rsa_padding.PSS(rsa_padding.MGF1(hashes.SHA256()), rsa_padding.PSS.MAX_LENGTH)
for label, use in {
    "size": lambda: (key.key_size, key.public_key().public_numbers().e, key.private_numbers().p * key.private_numbers().q == key.public_key().public_numbers().n),
    "encrypt": lambda: key.decrypt(key.public_key().encrypt(b"secret", oaep), oaep),
    "sign": lambda: key.public_key().verify(key.sign(DATA, pss, hashes.SHA256()), DATA, pss, hashes.SHA256()),
    "forged": lambda: key.public_key().verify(bytes(256), DATA, pss, hashes.SHA256()),
    "too long": lambda: key.public_key().encrypt(bytes(300), oaep),
    "wrong padding": lambda: key.sign(DATA, "padding", hashes.SHA256()),
    "load": lambda: serialization.load_der_public_key(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)) == key.public_key(),
    "small": lambda: rsa.generate_private_key(65537, 100),
}.items():
    check_type(f"rsa {label}", use)
box = fernet.Fernet(b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
token = box.encrypt_at_time(b"message", 1_700_000_000)
for label, use in {
    "round trip": lambda: box.decrypt(token),
    "time": lambda: box.extract_timestamp(token),
    "too old": lambda: box.decrypt_at_time(token, 10, 1_700_000_100),
    "changed": lambda: box.decrypt(token[:-4] + b"AAAA"),
    "many": lambda: fernet.MultiFernet([fernet.Fernet(fernet.Fernet.generate_key()), box]).decrypt(token),
    "key": lambda: fernet.Fernet(b"short"),
}.items():
    check_type(f"fernet {label}", use)
check("exceptions", lambda: [cls.__name__ for cls in (exceptions.InvalidSignature, exceptions.InvalidTag, exceptions.AlreadyFinalized, exceptions.UnsupportedAlgorithm)])
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Exämple"), x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE")])
check("name", lambda: (name.rfc4514_string(), name == x509.Name.from_rfc4514_string(name.rfc4514_string()), len(name), hash(name) == hash(x509.Name(list(name))), name.public_bytes().hex()))
request = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False).sign(signer, None)
for label, use in {
    "request": lambda: (request.is_signature_valid, request.subject == name, request.extensions[0].value.get_values_for_type(x509.DNSName)),
    "request bytes": lambda: x509.load_pem_x509_csr(request.public_bytes(serialization.Encoding.PEM)) == request,
    "missing extension": lambda: request.extensions.get_extension_for_class(x509.BasicConstraints),
    "garbage": lambda: x509.load_pem_x509_certificate(b"garbage"),
    "OID": lambda: (x509.ObjectIdentifier("1.2.3") == x509.ObjectIdentifier("1.2.3"), x509.ObjectIdentifier("2.5.4.3")._name, hash(x509.ObjectIdentifier("1.2")) is not None),
    "wrong OID": lambda: x509.ObjectIdentifier("x"),
    "wrong country": lambda: x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "Germany"),
}.items():
    check_type(f"x509 {label}", use)
results = []


def work(n):
    own = aead.AESGCM(bytes([n]) * 32)
    results.append((n, all(own.decrypt(IV[:12], own.encrypt(IV[:12], b"%d" % i, None), None) == b"%d" % i for i in range(500))))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results))
check("dsa", lambda: dsa.DSAParameterNumbers(1, 2, 3))
