"""pyzmq: sockets of every pattern, frames, polling, monitors, security and asyncio."""

import asyncio
import pickle
import threading

import zmq
import zmq.asyncio
from checks import check, check_type
from zmq.backend.cython import _zmq
from zmq.utils import z85

check("binary", lambda: _zmq.__file__.rpartition("/")[2])
check("versions", lambda: (zmq.pyzmq_version(), zmq.zmq_version(), zmq.Context.__mro__[1].__module__, zmq.has("curve")))

context = zmq.Context()
left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
left.bind("inproc://pair")
right.connect("inproc://pair")
for label, use in {
    "bytes": lambda: (left.send(b"hello"), right.recv()),
    "text": lambda: (left.send_string("é€"), right.recv_string()),
    "json": lambda: (left.send_json({"k": [1, 2]}), right.recv_json()),
    "object": lambda: (left.send_pyobj({1: (2, 3)}), right.recv_pyobj()),
    "multipart": lambda: (left.send_multipart([b"a", b"", b"c" * 1000]), [len(part) for part in right.recv_multipart()]),
    "more": lambda: (left.send(b"1", zmq.SNDMORE), left.send(b"2"), right.recv(), right.getsockopt(zmq.RCVMORE), right.recv(), right.rcvmore),
    "frame": lambda: (left.send(b"frame"), (f := right.recv(copy=False)).bytes, len(f), bytes(f.buffer), f.more),
    "memoryview": lambda: (left.send(memoryview(b"0123456789")[2:5]), right.recv()),
    "bytearray": lambda: (left.send(bytearray(b"array")), right.recv()),
    "large": lambda: (left.send(b"x" * 1_000_000, copy=False), len(right.recv())),
    "tracked": lambda: (lambda tracker: (right.recv(copy=False) and None, type(tracker).__name__))(left.send(b"y" * 100_000, copy=False, track=True)),
    "nothing": lambda: right.recv(zmq.NOBLOCK),
    "poll": lambda: (right.poll(5), left.send(b"z"), right.poll(100), right.recv()),
    "text wrong": lambda: left.send("text"),
    "int": lambda: left.send(5),
    "None": lambda: left.send_multipart([b"a", None]),
    "string": lambda: left.send_string(b"bytes"),
    "options": lambda: (left.setsockopt(zmq.LINGER, 0), left.getsockopt(zmq.LINGER), left.linger, setattr(left, "rcvtimeo", 20), left.rcvtimeo, left.type == zmq.PAIR),
    "timeout": lambda: left.recv(),
    "identity": lambda: (left.setsockopt(zmq.IDENTITY, b"me"), left.getsockopt(zmq.IDENTITY), left.identity),
    "endpoint": lambda: left.getsockopt_string(zmq.LAST_ENDPOINT),
    "option wrong": lambda: left.setsockopt(zmq.LINGER, "a"),
    "option unknown": lambda: left.setsockopt(99999, 1),
    "bind twice": lambda: left.bind("inproc://pair"),
    "bad endpoint": lambda: left.connect("nonsense"),
    "bad protocol": lambda: left.connect("none://x"),
    "repr": lambda: repr(left).startswith("<zmq.Socket(zmq.PAIR) at "),
    "attribute": lambda: left.nothing,
    "set attribute": lambda: setattr(left, "nothing_here", 1),
    "pickle": lambda: pickle.dumps(left),
    "events": lambda: (left.get(zmq.EVENTS), left.fileno() > 0),
}.items():
    check_type(label, use)
try:
    right.recv(zmq.NOBLOCK)
except zmq.ZMQError as error:
    check("error", lambda: (type(error).__name__, error.errno == zmq.EAGAIN, str(error), isinstance(error, zmq.Again)))
check("closed", lambda: (left.close(), right.close(), left.closed))
check("use after close", lambda: left.send(b"x"))
check("unknown type", lambda: context.socket(99))


def frame_of(data, **options):
    frame = zmq.Frame(data, **options)
    return frame.bytes, len(frame), frame == zmq.Frame(data), repr(frame)[:10]


check("frames", lambda: (frame_of(b"data"), frame_of(bytearray(b"x" * 100), copy=False), frame_of(b"")))
check_type("frame wrong", lambda: zmq.Frame("text"))
with context.socket(zmq.REP) as server, context.socket(zmq.REQ) as client:
    port = server.bind_to_random_port("tcp://127.0.0.1")
    client.connect(f"tcp://127.0.0.1:{port}")

    def serve():
        for _ in range(50):
            message = server.recv_json()
            server.send_json({"twice": message["n"] * 2})

    thread = threading.Thread(target=serve)
    thread.start()
    answers = []
    for n in range(50):
        client.send_json({"n": n})
        answers.append(client.recv_json()["twice"])
    thread.join()
    check("request and reply", lambda: answers[-3:])
    check("wrong state", lambda: client.recv(zmq.NOBLOCK))
with context.socket(zmq.PUB) as publisher, context.socket(zmq.SUB) as subscriber:
    publisher.bind("inproc://news")
    subscriber.connect("inproc://news")
    subscriber.subscribe(b"a")
    subscriber.setsockopt_string(zmq.SUBSCRIBE, "é")
    for topic in (b"a1", b"b1", "é1".encode(), b"a2"):
        publisher.send(topic)
    check("publish", lambda: [subscriber.recv() for _ in range(3)])
with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull, context.socket(zmq.PULL) as idle:
    push.bind("inproc://work")
    pull.connect("inproc://work")
    idle.bind("inproc://idle")
    push.send(b"job")
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    poller.register(idle, zmq.POLLIN)
    check("poller", lambda: ([(s is pull, event) for s, event in poller.poll(500)], pull in poller, poller.unregister(idle), len(poller.sockets)))
    check("poll none", lambda: (pull.recv(), poller.poll(1)))
    check_type("poll wrong", lambda: zmq.zmq_poll([(5.5, 1)], 1))
    check("select", lambda: [len(ready) for ready in zmq.select([pull], [push], [], 0.01)])
with context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as dealer:
    dealer.identity = b"worker"
    router.bind("inproc://router")
    dealer.connect("inproc://router")
    dealer.send(b"ready")
    check("router", lambda: (parts := router.recv_multipart(), router.send_multipart([parts[0], b"task"]), dealer.recv()))
secret_key = b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
check("curve", lambda: (zmq.curve_public(secret_key), [len(key) for key in zmq.curve_keypair()], z85.decode(z85.encode(bytes(range(8))))))
check("strerror", lambda: (zmq.strerror(zmq.EAGAIN), zmq.ZMQError(zmq.EINVAL)))
check("constants", lambda: (zmq.SocketType(0), zmq.PUB.name, zmq.Flag.SNDMORE | zmq.Flag.DONTWAIT, zmq.LINGER.value))


class Talkative(zmq.Socket):
    def send(self, data, *args, **keywords):
        return super().send(b"<" + data + b">", *args, **keywords)


class TalkativeContext(zmq.Context):
    _socket_class = Talkative


with TalkativeContext() as own, own.socket(zmq.PAIR) as a, own.socket(zmq.PAIR) as b:
    a.bind("inproc://own")
    b.connect("inproc://own")
    a.send(b"wrapped")
    check("subclass", lambda: (b.recv(), type(a).__name__, isinstance(a, zmq.Socket)))


async def asynchronous():
    with zmq.asyncio.Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.bind("inproc://async")
        pull.connect("inproc://async")

        async def produce():
            for i in range(20):
                await push.send_multipart([b"%d" % i, b"x"])

        task = asyncio.ensure_future(produce())
        got = [(await pull.recv_multipart())[0] for _ in range(20)]
        await task
        return got[-1], await pull.poll(1)


check("async", lambda: asyncio.run(asynchronous()))
check("context", lambda: (context.closed, context.get(zmq.MAX_SOCKETS), context.term(), context.closed))
check("after term", lambda: context.socket(zmq.PAIR))
