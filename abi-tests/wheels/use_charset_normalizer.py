"""charset-normalizer, whose modules mypyc compiled: guessing encodings, and the classes that it compiles."""

import io
import tempfile

import charset_normalizer
from charset_normalizer import cd, from_bytes, from_fp, from_path, is_binary, md
from checks import check, check_type

check("binary", lambda: (md.__file__.rpartition("/")[2], cd.__file__.rpartition("/")[2]))

TEXTS = {
    "ascii": "The quick brown fox jumps over the lazy dog. " * 5,
    "french": "Ça va très bien, merci, et à bientôt au café de l'été. Où êtes-vous né, mon cher élève ? " * 2,
    "russian": "Съешь же ещё этих мягких французских булок, да выпей чаю. Всё хорошо, спасибо большое. " * 2,
}
ENCODINGS = {"ascii": ["ascii"], "french": ["utf-8", "cp1252"], "russian": ["utf-8", "cp1251"]}
for language, text in TEXTS.items():
    for encoding in ENCODINGS[language]:
        best = from_bytes(text.encode(encoding)).best()
        check(f"{language} {encoding}", lambda: (best.encoding, best.language, best.alphabets[:3], best.bom, round(best.chaos, 3), round(best.coherence, 3)))
        check(f"{language} {encoding} text", lambda: str(best) == text)

matches = from_bytes(TEXTS["french"].encode("cp1252"))
best = matches.best()
for label, read in {
    "matches": lambda: (len(matches), bool(matches), matches[0] == best, best.encoding in matches[0].could_be_from_charset, [m.encoding for m in matches][:3]),
    "by name": lambda: matches["cp1252"].encoding,
    "missing": lambda: matches["nothing"],
    "index": lambda: matches[99],
    "match": lambda: (best.encoding_aliases[:2], best.languages, best.percent_chaos, best.percent_coherence, best.multi_byte_usage, best.byte_order_mark),
    "raw": lambda: (best.raw[:5], best.output("utf_8")[:6], best.fingerprint == matches[0].fingerprint),
    "repr": lambda: repr(best).partition(" fp")[0],
    "order": lambda: (best < matches[-1], best == best, best == "cp1252", best != 5),
    "submatch": lambda: (best.has_submatch, best.submatch[:1]),
}.items():
    check_type(label, read)
for label, data in {
    "empty": b"",
    "one": b"\xe9",
    "binary": bytes(range(256)) * 2,
    "zeros": bytes(100),
    "bom": b"\xef\xbb\xbfwith a mark",
    "utf-16 bom": "mark".encode("utf-16"),
    "declared": "# -*- coding: latin-1 -*-\né".encode("latin-1"),
    "bytearray": bytearray(b"text"),
    "str": "text",
    "None": None,
}.items():
    check_type(f"data {label}", lambda: (lambda m: m.best() and (m.best().encoding, m.best().bom))(from_bytes(data)))
check("detect", lambda: charset_normalizer.detect(TEXTS["russian"].encode("cp1251")))
check("detect utf-8", lambda: charset_normalizer.detect("é€".encode()))
check_type("detect str", lambda: charset_normalizer.detect("text"))
check("is binary", lambda: (is_binary(b"\x7fELF" + bytes(range(256))), is_binary(b"text")))
check("isolation", lambda: [m.encoding for m in from_bytes(TEXTS["russian"].encode("cp1251"), cp_isolation=["cp1251", "cp1252"])])
check("exclusion", lambda: from_bytes(b"plain text", cp_exclusion=["ascii"]).best().encoding)
check_type("unknown encoding", lambda: from_bytes(b"text", cp_isolation=["nothing"]).best())
with tempfile.NamedTemporaryFile() as file:
    file.write(TEXTS["russian"].encode("cp1251"))
    file.flush()
    check("path", lambda: from_path(file.name).best().encoding)
check("file", lambda: from_fp(io.BytesIO(TEXTS["russian"].encode())).best().encoding)
check_type("no path", lambda: from_path("/nothing/here"))

check("mess", lambda: [round(md.mess_ratio(text), 3) for text in ("plain text", "Ã©Ã Ã¨Ã§", "aéàüöñß" * 20, "\x00\x01")])
check("mess cut", lambda: md.mess_ratio("ÃÃÃ©©©" * 500, 0.2) > 0.2)
check_type("mess type", lambda: md.mess_ratio(5))
check_type("mess keyword", lambda: md.mess_ratio(text="x"))
check("languages", lambda: (cd.encoding_languages("cp1251"), cd.mb_encoding_languages("shift_jis"), cd.alphabet_languages(["а", "б", "в"])[:2]))
check("alpha", lambda: sorted(cd.alpha_unicode_split("abc где"), key=len))
check("coherence", lambda: cd.coherence_ratio(TEXTS["french"].lower())[:2])
check_type("coherence type", lambda: cd.coherence_ratio(None))
check("plugins", lambda: sorted(cls.__name__ for cls in md.MessDetectorPlugin.__subclasses__()) if hasattr(md, "MessDetectorPlugin") else sorted(n for n in dir(md) if n.endswith("Plugin")))
check("long", lambda: from_bytes((TEXTS["french"] * 5).encode()).best().encoding)
