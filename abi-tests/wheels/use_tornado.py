"""tornado: a server and a client on loopback, with web sockets, whose masking is in C; coroutines and timers."""

import asyncio
import datetime
import threading

import tornado
from checks import check, check_type
from tornado import gen, httpclient, httpserver, ioloop, locks, queues, speedups, testing, util, web, websocket

check("binary", lambda: speedups.__file__.rpartition("/")[2])
check("in use", lambda: util._websocket_mask is speedups.websocket_mask)
for label, args in {
    "plain": (b"abcd", b"hello world"),
    "empty": (b"abcd", b""),
    "long": (bytes([1, 2, 3, 255]), bytes(range(256)) * 3),
    "short mask": (b"abc", b"x"),
    "text": ("abcd", b"x"),
    "one": (b"abcd",),
    "bytearray": (b"abcd", bytearray(b"x")),
}.items():
    check_type(f"mask {label}", lambda: speedups.websocket_mask(*args))
check("as in Python", lambda: all(speedups.websocket_mask(b"\x01\x80\xfe\x7f", bytes(range(n))) == util._websocket_mask_python(b"\x01\x80\xfe\x7f", bytes(range(n))) for n in range(40)))


class Main(web.RequestHandler):
    def get(self, name):
        self.set_header("X-Name", name)
        self.write({"hello": name, "arguments": self.get_arguments("q"), "cookie": self.get_cookie("c")})

    async def post(self, name):
        await asyncio.sleep(0.001)
        self.set_status(201)
        self.finish(f"{name}:{len(self.request.body)}:{self.request.body[:10]!r}")


class Fails(web.RequestHandler):
    def get(self):
        if self.get_argument("kind") == "http":
            raise web.HTTPError(418, reason="Teapot")
        raise ZeroDivisionError

    def log_exception(self, *args):
        pass


class Echo(websocket.WebSocketHandler):
    def open(self):
        self.write_message("welcome")

    async def on_message(self, message):
        await self.write_message(message[::-1], binary=isinstance(message, bytes))
        if message == "close":
            self.close(4000, "as told")


class Stream(web.RequestHandler):
    async def get(self):
        for i in range(3):
            self.write(f"piece {i};")
            await self.flush()


def application():
    return web.Application([(r"/hello/(\w+)", Main), (r"/fails", Fails), (r"/echo", Echo), (r"/stream", Stream)], log_function=lambda handler: None)


async def session():
    socket, port = testing.bind_unused_port()
    server = httpserver.HTTPServer(application())
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient()
    base = f"http://127.0.0.1:{port}"
    answer = await client.fetch(base + "/hello/world?q=1&q=%C3%A9", headers={"Cookie": "c=v"})
    print("get", answer.code, answer.headers["X-Name"], answer.body.decode(), answer.headers["Content-Type"])
    answer = await client.fetch(base + "/hello/x", method="POST", body="ü" * 50_000)
    print("post", answer.code, answer.body)
    for path in ("/none", "/fails?kind=http", "/fails?kind=error", "/fails"):
        answer = await client.fetch(base + path, raise_error=False)
        print("error", path, answer.code, answer.reason)
    try:
        await client.fetch(base + "/none")
    except httpclient.HTTPClientError as error:
        print("raised", error)
    pieces = []
    await client.fetch(base + "/stream", streaming_callback=pieces.append)
    print("stream", b"".join(pieces))
    answers = await gen.multi([client.fetch(f"{base}/hello/n{i}") for i in range(20)])
    print("many", sorted(answer.headers["X-Name"] for answer in answers)[:3], len(answers))
    connection = await websocket.websocket_connect(f"ws://127.0.0.1:{port}/echo")
    print("socket", await connection.read_message())
    for message in ("text é", b"\x00\xff\x80", "x" * 70_000, b"y" * 200_000, ""):
        await connection.write_message(message, binary=isinstance(message, bytes))
        answer = await connection.read_message()
        print("echo", type(answer).__name__, len(answer), answer[:6], answer == message[::-1])
    await connection.write_message("close")
    print("closing", await connection.read_message(), await connection.read_message(), connection.close_code, connection.close_reason)
    server.stop()
    client.close()


asyncio.run(session())


async def coordination():
    queue, found, lock = queues.PriorityQueue(maxsize=2), [], locks.Semaphore(1)

    async def consume():
        async for item in queue:
            async with lock:
                found.append(item)
                await asyncio.sleep(0)
            queue.task_done()

    task = asyncio.ensure_future(consume())
    for item in [(3, "c"), (1, "a"), (2, "b")]:
        await queue.put(item)
    await queue.join()
    task.cancel()
    event = locks.Event()
    ioloop.IOLoop.current().call_later(0.005, event.set)
    await event.wait()
    try:
        await gen.with_timeout(datetime.timedelta(milliseconds=5), asyncio.Future())
    except gen.TimeoutError:
        found.append("timeout")
    return sorted(found, key=str)


check("coordination", lambda: asyncio.run(coordination()))
results = {}


def work(n):
    async def own():
        return await gen.multi([gen.sleep(0.001), asyncio.sleep(0, n)])

    results[n] = asyncio.run(own()), all(speedups.websocket_mask(b"1234", b"%d" % i) for i in range(1, 2000))


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
check("version", lambda: tornado.version)
