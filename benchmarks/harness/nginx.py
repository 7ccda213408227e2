"""nginx in its three parts: the same bytes by itself, the upstream of the proxied calls, and the proxy in front of it."""

from processes import Process, free_port, program

# Longest piece of a parameter in nginx's configuration, with room for the escapes.
PIECE = 1_800

FRAME = """daemon off;
worker_processes 1;
pid {folder}/{file}.pid;
error_log {folder}/{file}.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    types {{ }}
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 600;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/{file}-body;
    proxy_temp_path {folder}/{file}-proxy;
    fastcgi_temp_path {folder}/{file}-fastcgi;
    uwsgi_temp_path {folder}/{file}-uwsgi;
    scgi_temp_path {folder}/{file}-scgi;
    open_file_cache max=100 inactive=600s;
    open_file_cache_valid 600s;
    geo $dollar {{ default "$"; }}
{content}
}}
"""


class Nginx:
    """One nginx with one worker on one core, and the URL below which it answers."""

    def __init__(self, name, folder, core, content):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        file = name.replace(" ", "-")
        path = folder / f"{file}.conf"
        path.write_text(FRAME.format(file=file, folder=folder, content=content(self.port)), encoding="utf-8")
        self.process = Process(name, [program("nginx"), "-c", str(path), "-p", str(folder)], core)
        self.process.wait_for_port(self.port)


def answers(folder, core, bodies):
    """Serves each body for a POST to /NAME-returned, from the configuration, and to /NAME-file, from the page cache."""

    def content(port):
        locations = []
        for name, body in bodies.items():
            (folder / f"{name}.json").write_bytes(body)
            locations += [returned(name, body.decode()), from_file(name, folder)]
        return f"    server {{\n        listen 127.0.0.1:{port} backlog=1024;\n{''.join(locations)}    }}"

    return Nginx("nginx", folder, core, content)


def returned(name, text):
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    lines = [f"        location = /{name}-returned {{", "            default_type application/json;"]
    for number, piece in enumerate(pieces):
        escaped = piece.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")
        lines.append(f'            set $piece{number} "{escaped}";')
    lines.append(f'            return 200 "{"".join(f"${{piece{number}}}" for number in range(len(pieces)))}";')
    return "\n".join(lines) + "\n        }\n"


def from_file(name, folder):
    """nginx refuses to POST to a file, so the refusal is turned into the file."""
    return (
        f"        location = /{name}-file {{ root {folder}; error_page 405 =200 /{name}.json; try_files /{name}.json =404; }}\n"
        f"        location = /{name}.json {{ root {folder}; default_type application/json; }}\n"
    )


def upstream(folder, core, documents):
    """Serves each document for a GET of its path, whatever the query; every other path is an empty list.

    A new connection is tried with a list of the toolkit's own choice.
    """

    def content(port):
        locations = []
        for number, (path, body) in enumerate(documents.items()):
            (folder / f"document-{number}.json").write_bytes(body)
            locations.append(
                f"        location = {path} {{ default_type application/vnd.api+json; "
                f"alias {folder}/document-{number}.json; }}\n"
            )
        locations.append('        location / { default_type application/json; return 200 "{\\"data\\":[],\\"meta\\":{}}"; }\n')
        return f"    server {{\n        listen 127.0.0.1:{port} backlog=1024;\n{''.join(locations)}    }}"

    return Nginx("upstream", folder, core, content)


def proxy(folder, core, upstream_port, paths):
    """Turns a POST to /NAME into a GET of a path of the upstream, as the server does, on connections that are kept."""

    def content(port):
        locations = "".join(
            f"        location = /{name} {{ proxy_pass http://upstream{path}; }}\n" for name, path in paths.items()
        )
        return (
            f"    upstream upstream {{ server 127.0.0.1:{upstream_port}; keepalive 256; "
            "keepalive_requests 1000000000; keepalive_timeout 600; }\n"
            f"    server {{\n        listen 127.0.0.1:{port} backlog=1024;\n"
            "        proxy_http_version 1.1;\n"
            "        proxy_method GET;\n"
            "        proxy_pass_request_body off;\n"
            '        proxy_set_header Connection "";\n'
            '        proxy_set_header Content-Length "";\n'
            "        proxy_buffers 8 32k;\n"
            "        proxy_buffer_size 32k;\n"
            f"{locations}    }}"
        )

    return Nginx("nginx proxy_pass", folder, core, content)
