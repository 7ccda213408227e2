"""A Chat Completions server with fixed replies: fake_model.py PORT CALLS TOOL ARGUMENTS.

It asks for one call of TOOL until CALLS results are in the history, then says that it is done. The turn is read from the request, by counting
results, so a client that loses or repeats history shows at once.
"""

import asyncio
import json
import re
import sys

port, calls, tool, arguments = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def chunk(delta, reason=None):
    value = {
        "id": "reply",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def reply(body):
    turn = body.count(b'"tool_call_id"')
    yield chunk({"role": "assistant", "content": None})
    if turn < calls:
        middle = len(arguments) // 2
        function = {"name": tool, "arguments": ""}
        yield chunk({"tool_calls": [{"index": 0, "id": f"call-{turn}", "type": "function", "function": function}]})
        for part in (arguments[:middle], arguments[middle:]):
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
        yield chunk({}, "tool_calls")
    else:
        yield chunk({"content": f"Done after {turn} "})
        yield chunk({"content": "results."})
        yield chunk({}, "stop")
    yield b"data: [DONE]\n\n"


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(LENGTH.search(head)[1]))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in reply(body):
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=1 << 24)
    await server.serve_forever()


asyncio.run(main())
