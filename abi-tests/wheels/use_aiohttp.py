"""aiohttp: a server and a client on loopback, with forms, streams, cookies, web sockets and errors; its C parser by itself."""

import asyncio
import json
import zlib

import aiohttp
from aiohttp import _http_parser, _http_writer, http_exceptions, streams, web
from aiohttp._websocket import mask, reader_c
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser, HttpResponseParser
from checks import check, check_type
from multidict import CIMultiDict

for module in (_http_parser, _http_writer, mask, reader_c):
    check(f"binary {module.__name__}", lambda: module.__file__.rpartition("/")[2])
check("in use", lambda: (HttpRequestParser is _http_parser.HttpRequestParser, HttpResponseParser is _http_parser.HttpResponseParser))


async def parsing():
    loop = asyncio.get_running_loop()

    def parse(data, kind=HttpRequestParser, pieces=1000):
        parser = kind(BaseProtocol(loop), loop, 2**16)
        found = []
        for i in range(0, len(data), pieces):
            messages, upgraded, tail = parser.feed_data(data[i : i + pieces])
            found += messages
            if upgraded:
                break
        return found, upgraded, tail

    request = b"POST /p%20th?q=1#f HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\nExpect: x\r\n\r\nhello"
    for label, data in {"request": request, "chunked": b"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "old": b"GET / HTTP/1.0\r\n\r\n", "two": b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n" * 2, "upgrade": b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nrest"}.items():
        for pieces in (1000, 1):
            messages, upgraded, tail = parse(data, pieces=pieces)
            for message, body in messages:
                print(label, pieces, message.method, message.path, tuple(message.version), dict(message.headers), message.raw_headers[:2], message.should_close, message.chunked, message.upgrade, message.url, upgraded)
                if body is not streams.EMPTY_PAYLOAD and not message.upgrade:
                    print(" body", await body.read())
    message, body = parse(request)[0][0]
    check("message", lambda: (repr(message)[:40], message._replace(method="GET").method, message.headers.getall("X-A"), type(message).__name__))
    response = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno"
    message, body = parse(response, HttpResponseParser)[0][0]
    check("response", lambda: (message.code, message.reason, tuple(message.version), dict(message.headers)))
    for label, data in {"method": b"G@T / HTTP/1.1\r\n\r\n", "version": b"GET / HTTP/9\r\n\r\n", "header": b"GET / HTTP/1.1\r\nbad header\r\n\r\n", "length": b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "both": b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "long": b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n", "type": "text"}.items():
        check_type(f"bad {label}", lambda: len(parse(data)[0]))
    check("error", lambda: [cls.__name__ for cls in http_exceptions.BadStatusLine.__mro__[:2]])


asyncio.run(parsing())
data = bytearray(range(256))
check("mask", lambda: (mask._websocket_mask_cython(b"\x01\x02\x03\x04", data), zlib.crc32(data)))
check("headers", lambda: _http_writer._serialize_headers("HTTP/1.1 200 OK", CIMultiDict({"A": "é", "B": "1"})))
check("injected", lambda: _http_writer._serialize_headers("X", CIMultiDict({"A": "x\r\ny"})))


async def hello(request):
    return web.json_response({"name": request.match_info["name"], "query": list(request.query.items()), "agent": request.headers.get("x-agent"), "cookie": request.cookies.get("c")})


async def echo(request):
    body = await request.read()
    return web.Response(body=body[::-1], headers={"X-Size": str(len(body))}, content_type="application/octet-stream")


async def form(request):
    if request.content_type == "multipart/form-data":
        parts = []
        async for part in await request.multipart():
            parts.append((part.name, part.filename, (await part.read()).decode()))
        return web.json_response(parts)
    return web.json_response(sorted((await request.post()).items()))


async def stream(request):
    response = web.StreamResponse()
    response.enable_compression()
    response.set_cookie("c", "v")
    await response.prepare(request)
    for i in range(50):
        await response.write(b"piece %d;" % i)
    await response.write_eof()
    return response


async def socket(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        if message.data == "close":
            await ws.close(code=4000, message=b"as told")
        elif message.type is aiohttp.WSMsgType.TEXT:
            await ws.send_str(message.data[::-1])
        else:
            await ws.send_bytes(message.data[::-1])
    return ws


async def fails(request):
    raise web.HTTPForbidden(text="not you") if "kind" in request.query else ZeroDivisionError


@web.middleware
async def middleware(request, handler):
    try:
        response = await handler(request)
    except ZeroDivisionError:
        return web.Response(status=500, text="divided")
    response.headers["X-Middle"] = "yes"
    return response


async def session():
    app = web.Application(middlewares=[middleware])
    app.add_routes([web.get("/hello/{name}", hello), web.post("/echo", echo), web.post("/form", form), web.get("/stream", stream), web.get("/ws", socket), web.get("/fails", fails)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    async with aiohttp.ClientSession(base, headers={"X-Agent": "test"}, cookies={"c": "1"}) as client:
        async with client.get("/hello/wörld", params=[("q", "a b"), ("q", "é")]) as response:
            print("get", response.status, await response.json(), response.headers["x-middle"], response.content_type, response.url.path)
        for size in (0, 10, 70_000, 1_000_000):
            async with client.post("/echo", data=b"ab" * (size // 2)) as response:
                print("echo", response.headers["X-Size"], len(await response.read()))
        async with client.post("/form", data={"a": "1", "é": "ü&="}) as response:
            print("form", await response.json())
        form_data = aiohttp.FormData()
        form_data.add_field("text", "värde")
        form_data.add_field("file", b"contents", filename="f.txt", content_type="text/plain")
        async with client.post("/form", data=form_data) as response:
            print("multipart", await response.json())
        async with client.get("/stream") as response:
            print("stream", response.headers["Content-Encoding"], len(await response.text()), response.cookies["c"].value)
        async with client.get("/stream") as response:
            print("chunks", sum([len(chunk) async for chunk in response.content.iter_chunked(100)]))
        for path in ("/none", "/fails", "/fails?kind=http", "/echo"):
            async with client.get(path) as response:
                print("error", path, response.status, response.reason, (await response.text())[:20])
        try:
            await client.get("/none", raise_for_status=True)
        except aiohttp.ClientResponseError as error:
            print("raised", error.status, error.message)
        answers = await asyncio.gather(*(client.get(f"/hello/n{i}") for i in range(30)))
        print("many", [(await answer.json())["name"] for answer in answers][-3:])
        async with client.ws_connect("/ws") as ws:
            for message in ("text é", b"\x00\xff", "x" * 70_000, b"y" * 200_000):
                await (ws.send_str if isinstance(message, str) else ws.send_bytes)(message)
                answer = await ws.receive()
                print("socket", answer.type.name, len(answer.data), answer.data == message[::-1])
            await ws.send_str("close")
            answer = await ws.receive()
            print("closing", answer.type.name, answer.data, answer.extra, ws.close_code)
        try:
            await client.get("/stream", timeout=aiohttp.ClientTimeout(total=0.000001))
        except asyncio.TimeoutError as error:
            print("timeout", type(error).__name__)
    try:
        await aiohttp.request("GET", "http://127.0.0.1:1/").__aenter__()
    except aiohttp.ClientConnectorError as error:
        print("refused", type(error).__name__, error.port)
    await runner.cleanup()


asyncio.run(session())
check("json", lambda: json.dumps(aiohttp.__version__))
