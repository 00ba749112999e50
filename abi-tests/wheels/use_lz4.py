"""lz4: the block and frame formats, contexts, files, dictionaries, errors."""

import array
import io
import random

import lz4
import lz4.block
import lz4.frame
from checks import check, check_type

check("binaries", lambda: [m.__file__.rpartition("/")[2] for m in (lz4.block._block, lz4.frame._frame, lz4._version)])
check("versions", lambda: (lz4.__version__, lz4.library_version_string(), lz4.library_version_number()))

rng = random.Random(11)
samples = {
    "empty": b"",
    "one": b"x",
    "text": b"the quick brown fox jumps over the lazy dog " * 50,
    "zeros": bytes(100_000),
    "noise": rng.randbytes(70_000),
    "mixed": b"".join(rng.randbytes(20) + b"abc" * 20 for _ in range(3000)),
}
block = lz4.block
for label, data in samples.items():
    for mode in ({}, {"mode": "fast", "acceleration": 8}, {"mode": "high_compression", "compression": 9}):
        packed = block.compress(data, **mode)
        check(f"block {label} {mode}", lambda: (len(packed), packed[:16], block.decompress(packed) == data))
    bare = block.compress(data, store_size=False)
    check(f"block bare {label}", lambda: block.decompress(bare, uncompressed_size=len(data)) == data)
    check(f"block as bytearray {label}", lambda: type(block.compress(data, return_bytearray=True)).__name__)
    check(f"block to bytearray {label}", lambda: block.decompress(packed, return_bytearray=True) == data)
check("block dictionary", lambda: (len(p := block.compress(samples["text"], dict=b"quick brown fox jumps over")), block.decompress(p, dict=b"quick brown fox jumps over") == samples["text"]))
check("block wrong dictionary", lambda: block.decompress(block.compress(samples["text"], dict=samples["text"]), dict=b"") == samples["text"])
packed = block.compress(samples["text"])
for label, value in {"bytearray": bytearray(packed), "memoryview": memoryview(packed), "array": array.array("B", packed)}.items():
    check(f"block from {label}", lambda: block.decompress(value) == samples["text"])
check("block of text", lambda: block.decompress(block.compress("text é")))
check("block bad mode", lambda: block.compress(b"x", mode="slow"))
check("block None", block.compress, None)
check("block int", block.compress, 5)
check("block nothing", block.compress)
check("block unknown keyword", lambda: block.compress(b"x", colour=1))
check("block too short", block.decompress, b"\1")
check("block huge size", block.decompress, b"\xff\xff\xff\xff" + packed)
check("block corrupt", lambda: block.decompress(packed[:4] + bytes(20)))
check("block cut", lambda: block.decompress(packed[:-3]))
check("block size too small", lambda: block.decompress(block.compress(b"x" * 100, store_size=False), uncompressed_size=10))
check("block error type", lambda: (block.LZ4BlockError.__name__, block.LZ4BlockError.__mro__[1].__name__))

frame = lz4.frame
check("frame constants", lambda: {name: getattr(frame, name) for name in dir(frame) if name.isupper() and name[0] != "_"})
for label, data in samples.items():
    for arguments in (
        {},
        {"compression_level": 9},
        {"compression_level": -5},
        {"block_size": frame.BLOCKSIZE_MAX256KB, "block_linked": False},
        {"content_checksum": True, "block_checksum": True},
        {"store_size": False},
    ):
        packed = frame.compress(data, **arguments)
        check(f"frame {label} {arguments}", lambda: (len(packed), packed[:20], frame.decompress(packed) == data))
        check(f"frame info {label} {arguments}", lambda: sorted(frame.get_frame_info(packed).items()))
    check(f"frame bytes read {label}", lambda: frame.decompress(packed + b"tail", return_bytes_read=True)[1] == len(packed))
    check(f"frame bytearray {label}", lambda: type(frame.decompress(packed, return_bytearray=True)).__name__)

data = samples["mixed"]
context = frame.create_compression_context()
parts = [frame.compress_begin(context, source_size=len(data), content_checksum=True)]
for start in range(0, len(data), 10_000):
    parts.append(frame.compress_chunk(context, data[start : start + 10_000]))
parts.append(frame.compress_flush(context))
check("context", lambda: ([len(part) for part in parts], frame.decompress(b"".join(parts)) == data))
reader = frame.create_decompression_context()
found, rest = [], b"".join(parts)
while rest:
    text, read, end = frame.decompress_chunk(reader, rest[:5000], max_length=3000)
    found.append(text)
    rest = rest[read:]
check("chunks", lambda: (len(found), [len(text) for text in found[:8]], b"".join(found) == data, end))
check("reset", lambda: frame.reset_decompression_context(reader))
check("chunk of nothing", lambda: frame.compress_chunk(frame.create_compression_context(), b"x"))
check("not a context", lambda: frame.compress_begin(5))
check("other capsule", lambda: frame.decompress_chunk(context, b"x"))
check("context type", lambda: type(context).__name__)
check("garbage", frame.decompress, b"garbage that is no frame")
check("nothing", frame.decompress, b"")
check("cut", lambda: frame.decompress(b"".join(parts)[:-9]))
check("bad checksum", lambda: frame.decompress(b"".join(parts)[:-1] + b"\0\0"[:1]))
check("info of garbage", frame.get_frame_info, b"xx")
check("frame None", frame.compress, None)
check("frame text", lambda: frame.decompress(frame.compress("é")))
check("bad block size", lambda: frame.compress(b"x", block_size=99))

with frame.LZ4FrameCompressor(compression_level=3, auto_flush=True) as compressor:
    pieces = [compressor.begin(), compressor.compress(data[:5000]), compressor.compress(data[5000:]), compressor.flush()]
    check("compressor", lambda: ([len(p) for p in pieces], compressor.has_context(), compressor.started()))
check("compressor twice", lambda: frame.LZ4FrameCompressor().compress(b"x"))
decompressor = frame.LZ4FrameDecompressor()
whole = b"".join(pieces)
check("decompressor", lambda: decompressor.decompress(whole[:3000], 100)[:30])
check("needs input", lambda: (decompressor.needs_input, decompressor.eof))
check("rest", lambda: len(decompressor.decompress(whole[3000:] + b"unused")))
check("end", lambda: (decompressor.eof, decompressor.unused_data))
check("after the end", lambda: decompressor.decompress(b"x"))

store = io.BytesIO()
with frame.open(store, "wb") as file:
    for line in range(2000):
        file.write(f"line {line} é\n".encode())
check("file size", lambda: len(store.getvalue()))
store.seek(0)
with frame.open(store, "rt", encoding="utf-8") as file:
    check("file lines", lambda: [len(lines := file.readlines()), lines[0], lines[-1]])
store.seek(0)
with frame.LZ4FrameFile(store) as file:
    check("file reads", lambda: (file.read(10), file.readline(), file.tell(), file.seek(5), file.read1(6), file.peek(3)[:3]))
with open("sample.lz4", "wb") as file:
    file.write(whole)
with frame.open("sample.lz4") as file:
    check("file on disk", lambda: file.read() == data)
check_type("file mode", lambda: frame.open("sample.lz4", "q"))
check("many", lambda: sum(len(block.compress(b"%d" % i * 10)) for i in range(10_000)))
