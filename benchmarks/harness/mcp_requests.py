"""The modern requests of the Model Context Protocol that are measured, and one reply to each, read byte by byte."""

import json
import socket
import urllib.parse

VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Request:
    """One POST: its headers and body, the same for every server."""

    def __init__(self, method, **parameters):
        self.headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": method,
        }
        if method == "tools/call":
            self.headers["Mcp-Name"] = parameters["name"]
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**parameters, "_meta": META}}
        self.body = json.dumps(message, separators=(",", ":")).encode()

    def write(self, path):
        lines = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
        path.write_bytes(lines.encode() + b"\n" + self.body)


class Reply:
    """A whole answer: the bytes of its head, with the empty line, and of its body."""

    def __init__(self, status, head, body):
        self.status = status
        self.head = head
        self.body = body

    def value(self):
        return json.loads(self.body)


def ask(url, request, timeout=20):
    """Sends one request on a connection of its own and reads the whole reply, which must say how long it is."""
    parts = urllib.parse.urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    lines.append(f"Content-Length: {len(request.body)}")
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.body)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += read_some(connection, url)
        head = bytes(received[: end + 4])
        length = None
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            raise ValueError(f"the answer of {parts.netloc} has no Content-Length")
        while len(received) < len(head) + length:
            received += read_some(connection, url)
    return Reply(int(head.split()[1]), head, bytes(received[len(head) :]))


def read_some(connection, url):
    piece = connection.recv(262144)
    if not piece:
        raise ValueError(f"{urllib.parse.urlsplit(url).netloc} closed the connection inside an answer")
    return piece
