"""zstandard: one-shot and streaming compression, files, dictionaries, frames and buffers."""

import io
import threading

import zstandard
from checks import check, check_type
from zstandard import backend_c

check("binary", lambda: backend_c.__file__.rpartition("/")[2])
check("backend", lambda: (zstandard.backend, zstandard.ZstdCompressor is backend_c.ZstdCompressor))
check("constants", lambda: (zstandard.ZSTD_VERSION, zstandard.MAX_COMPRESSION_LEVEL, zstandard.FRAME_HEADER, sorted(zstandard.backend_features)))

TEXT = b"".join(b"line %d of a text that repeats itself\n" % (i * i % 97) for i in range(4000))
compressor = zstandard.ZstdCompressor(level=5)
decompressor = zstandard.ZstdDecompressor()
packed = compressor.compress(TEXT)
check("one shot", lambda: (len(packed), decompressor.decompress(packed) == TEXT))
for label, options in {
    "checksum": {"write_checksum": True},
    "no size": {"write_content_size": False},
    "level 19": {"level": 19},
    "level -5": {"level": -5},
    "threads": {"threads": 2},
}.items():
    check(label, lambda: len(zstandard.ZstdCompressor(**options).compress(TEXT)))
for label, data in {"empty": b"", "bytearray": bytearray(TEXT), "view": memoryview(TEXT)[10:500], "str": "text", "None": None}.items():
    check_type(f"data {label}", lambda: decompressor.decompress(compressor.compress(data)) == data)
check("module functions", lambda: zstandard.decompress(zstandard.compress(TEXT, level=1)) == TEXT)
check_type("level 99", lambda: zstandard.ZstdCompressor(level=99))
check_type("level str", lambda: zstandard.ZstdCompressor(level="a"))

frame = zstandard.get_frame_parameters(zstandard.ZstdCompressor(write_checksum=True).compress(TEXT))
check("frame", lambda: (frame.content_size, frame.window_size, frame.dict_id, frame.has_checksum))
check("frame sizes", lambda: (zstandard.frame_content_size(packed), zstandard.frame_header_size(packed)))
check("no frame", lambda: zstandard.get_frame_parameters(b"garbage that is long enough"))
check("short frame", lambda: zstandard.frame_content_size(b"x"))

unsized = zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)
check("unknown size", lambda: decompressor.decompress(unsized))
check("size limit", lambda: decompressor.decompress(unsized, max_output_size=len(TEXT)) == TEXT)
check("garbage", lambda: decompressor.decompress(b"garbage garbage garbage"))
check("cut", lambda: decompressor.decompress(packed[:-10]))
check("error", lambda: zstandard.ZstdError.__mro__[:2])

stream = compressor.compressobj(size=len(TEXT))
pieces = [stream.compress(TEXT[i : i + 777]) for i in range(0, len(TEXT), 777)]
pieces.append(stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
pieces.append(stream.flush())
check("compressobj", lambda: decompressor.decompress(b"".join(pieces)) == TEXT)
check("compressobj ended", lambda: stream.compress(b"x"))
check("compressobj size", lambda: (lambda s: [s.compress(b"xx"), s.flush()])(compressor.compressobj(size=1)))
unpacker = decompressor.decompressobj()
check("decompressobj", lambda: b"".join(unpacker.decompress(bytes([byte])) for byte in packed) == TEXT)
check("decompressobj state", lambda: (unpacker.eof, unpacker.unused_data, unpacker.unconsumed_tail))

source, target = io.BytesIO(TEXT), io.BytesIO()
check("copy_stream", lambda: compressor.copy_stream(source, target, size=len(TEXT), read_size=4096))
target.seek(0)
check("copy_stream back", lambda: decompressor.copy_stream(target, io.BytesIO()))
check("copy_stream type", lambda: compressor.copy_stream(5, target))
check("iterators", lambda: b"".join(decompressor.read_to_iter(compressor.read_to_iter(io.BytesIO(TEXT), read_size=100))) == TEXT)
check_type("iterator type", lambda: compressor.read_to_iter(5))

target = io.BytesIO()
with compressor.stream_writer(target, closefd=False) as writer:
    for i in range(0, len(TEXT), 5000):
        writer.write(TEXT[i : i + 5000])
    writer.flush(zstandard.FLUSH_BLOCK)
    check("writer", lambda: (writer.tell() > 0, writer.closed, writer.writable(), writer.readable()))
check("writer closed", lambda: (writer.closed, target.closed))
check("write after close", lambda: writer.write(b"x"))
with decompressor.stream_reader(io.BytesIO(target.getvalue())) as reader:
    check("reader", lambda: (reader.read(10), reader.readable(), reader.seekable()))
    buffer = bytearray(50)
    check("readinto", lambda: (reader.readinto(buffer), bytes(buffer) == TEXT[10:60]))
    check("seek", lambda: (reader.seek(1000), reader.read(20) == TEXT[1000:1020], reader.tell()))
    check("seek back", lambda: reader.seek(0))
    check("rest", lambda: reader.readall() == TEXT[1020:])
    check("end", lambda: (reader.read(), reader.read(5)))
check("read after close", lambda: reader.read(1))
with zstandard.open(io.BytesIO(target.getvalue()), "rt", encoding="ascii") as lines:
    check("text file", lambda: (next(lines), next(lines), sum(1 for _ in lines)))

samples = [b"user %d named name%d lives in city %d" % (i, i * 7, i % 5) for i in range(2000)]
dictionary = zstandard.train_dictionary(2048, samples)
check("dictionary", lambda: (len(dictionary) > 0, dictionary.as_bytes()[:4].hex(), dictionary.dict_id() == zstandard.ZstdCompressionDict(dictionary.as_bytes()).dict_id()))
small = zstandard.ZstdCompressor(dict_data=dictionary).compress(samples[5])
check("with a dictionary", lambda: (len(small) < len(compressor.compress(samples[5])), zstandard.ZstdDecompressor(dict_data=dictionary).decompress(small)))
check("without it", lambda: decompressor.decompress(small))
check_type("no samples", lambda: zstandard.train_dictionary(100, []))

parameters = zstandard.ZstdCompressionParameters.from_level(7, window_log=15, enable_ldm=True)
check("parameters", lambda: (parameters.window_log, parameters.compression_level, parameters.enable_ldm, parameters.strategy))
check("with parameters", lambda: decompressor.decompress(zstandard.ZstdCompressor(compression_params=parameters).compress(TEXT)) == TEXT)
check("wrong parameters", lambda: zstandard.ZstdCompressionParameters(window_log=5))
check("both", lambda: type(zstandard.ZstdCompressor(level=3, compression_params=parameters)).__name__)

many = compressor.multi_compress_to_buffer([TEXT[:500], TEXT[500:1200], b"x"])
check("buffers", lambda: (len(many), len(many[0]) > 0, type(many[0]).__name__, many.size() > 0))
check("buffers back", lambda: [bytes(part.tobytes()) for part in decompressor.multi_decompress_to_buffer(many)] == [TEXT[:500], TEXT[500:1200], b"x"])
check("buffer range", lambda: many[5])
check("buffer view", lambda: bytes(memoryview(many[2])) == many[2].tobytes())
chunks = compressor.chunker(chunk_size=64)
check("chunker", lambda: [len(c) for c in chunks.compress(TEXT[:3000])] + [len(c) for c in chunks.finish()])
check("memory", lambda: (compressor.memory_size() > 0, decompressor.memory_size() > 0))
check("frame progression", lambda: compressor.frame_progression())
results = {}


def work(n):
    own, back = zstandard.ZstdCompressor(level=n), zstandard.ZstdDecompressor()
    results[n] = all(back.decompress(own.compress(TEXT[i:])) == TEXT[i:] for i in range(40))


threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
