"""Connects to an API behind Authlib's authorization server, as a person with a browser does, and then makes trouble."""

import http.client
import http.cookiejar
import json
import logging
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from concurrent.futures import ThreadPoolExecutor

warnings.simplefilter("ignore")
from server import make

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.getLogger("werkzeug").setLevel(logging.ERROR)
program = os.environ["SWITCHBOARD"]
folder = pathlib.Path(tempfile.mkdtemp(prefix="switchboard-oauth-"))
data, home = folder / "data", folder / "home"
environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": "ada", "ACME_SECRET": "canary-client-secret"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


port = free_port()
company = make(f"http://127.0.0.1:{port}/oauth/callback")


def write_toolkit():
    toolkit = home / "toolkits" / "acme"
    toolkit.mkdir(parents=True)
    flow = {"tokenUrl": company.issuer + "/token", "scopes": {"read": "Read and write."}}
    operation = {"summary": "Shows who the account belongs to, and how many notes it has."}
    body = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "description": "The note."}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "servers": [{"url": "https://api.acme.example"}],
        "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {
            "authorizationCode": {"authorizationUrl": company.issuer + "/authorize", **flow},
            "clientCredentials": flow,
        }}}},
        "paths": {
            "/me": {"get": {"operationId": "me", **operation}},
            "/notes": {"post": {"operationId": "note", "summary": "Adds a note to the account, every time it is called.",
                                "requestBody": {"content": {"application/json": {"schema": body}}}}},
        },
    }
    definition = {
        "format": 1, "name": "acme", "title": "Acme", "description": "Notes in Acme.", "hosts": ["api.acme.example"],
        "authentication": {"scheme": "oauth", "oauth": {"issuer": company.issuer, "scopes": ["read"]},
                           "probe": {"tool": "get_acme_account"}},
        "tools": [
            {"name": "get_acme_account", "title": "Get Account", "operation": "me", "effect": "read"},
            {"name": "create_acme_note", "title": "Create Note", "operation": "note", "effect": "create"},
        ],
    }
    (toolkit / "openapi.json").write_text(json.dumps(document))
    (toolkit / "toolkit.json").write_text(json.dumps(definition))


places = ["--home", str(home), "--data", str(data)]
log = open(folder / "log", "w")
server = None


def start():
    global server
    arguments = [program, "serve", "--port", str(port), "--verbose", *places]
    server = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz")
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server did not start: " + (folder / "log").read_text())


def command(*arguments, status=0):
    done = subprocess.run([program, *arguments, *places], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def control(method, path, body=None):
    connection = http.client.HTTPConnection("localhost", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(data / "control.sock"))
    connection.request(method, path, json.dumps(body) if body is not None else None)
    response = connection.getresponse()
    return response.status, json.loads(response.read() or b"null")


def call(tool="get_acme_account", user="ada", **arguments):
    return control("POST", f"/v1/tools/{tool}/execute", {"user": user, "arguments": arguments, "wait": 30} if tool.startswith("get")
                   else {"user": user, "arguments": arguments})


def browse(url):
    """What the person's browser shows in the end."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    try:
        with browser.open(url, timeout=20) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def add(expected=0, change=lambda url: url):
    arguments = [program, "connections", "add", "acme", "--client-id", "switchboard-client", "--client-secret-env",
                 "ACME_SECRET", "--base-url", company.issuer, *places]
    adding = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    adding.stdout.readline()
    page = browse(change(adding.stdout.readline().strip()))
    if expected is None:
        adding.kill()
        adding.communicate()
        return page
    output, errors = adding.communicate(timeout=30)
    assert adding.returncode == expected, (adding.returncode, output, errors, page)
    return page


def storm(count=50):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: call(), range(count)))


def proven(text):
    print(text + " ok", flush=True)


def main():
    write_toolkit()
    start()

    status, page = add(None, lambda url: url.split("&code_challenge=")[0])
    assert status != 200 and not company.tokens, (status, page)
    proven("without PKCE the server refuses")

    company.agrees = False
    status, page = add(3)
    assert status == 403 and "access_denied" in page and not company.tokens, (status, page)
    company.agrees = True
    proven("a refusal is told")

    status, page = add()
    assert status == 200, (status, page)
    assert "active" in command("connections", "list")
    status, account = call()
    assert status == 200 and account["name"] == "ada@company.example", account
    proven("authorization code")

    company.revoke_access()
    results = storm()
    assert all(status == 200 for status, _ in results), [result for result in results if result[0] != 200][:2]
    assert company.refreshes == 1, company.refreshes
    proven("50 refused calls, one renewal")

    company.lifetime = 31
    company.revoke_access()
    assert call()[0] == 200 and company.refreshes == 2
    company.lifetime = 3600
    time.sleep(1.2)
    # The program may have renewed by itself meanwhile; the calls together renew once at most.
    before = company.refreshes
    results = storm()
    renewed = company.refreshes - before
    assert all(status == 200 for status, _ in results) and renewed <= 1 and company.refreshes >= 3, (before, renewed)
    proven("50 calls at the end of a token, one renewal")

    before = company.refreshes
    company.revoke_access()
    status, note = call("create_acme_note", text="once")
    assert status == 200 and company.notes == ["once"] and company.refreshes == before + 1, (status, note, company.notes)
    proven("a write after a refusal, made once")

    def crash():
        before = company.refreshes
        company.revoke_access()
        company.kills = server.pid
        try:
            call()
        except (OSError, http.client.HTTPException):
            pass
        assert server.wait(timeout=10) == -signal.SIGKILL and company.refreshes == before + 1
        start()

    company.grace = 1
    company.revoke_access()
    assert call()[0] == 200
    company.grace = 0
    crash()
    status, account = call()
    assert status == 200, account
    assert company.refused == 0
    proven("kill -9 before the new tokens were stored, old one still good: survived")

    command("keys", "rotate")
    assert call()[0] == 200
    server.kill()
    server.wait()
    start()
    assert call()[0] == 200
    proven("keys rotate")

    crash()
    status, problem = call()
    assert status == 409 and problem["code"] == "needs_reauth", (status, problem)
    assert "authorised anew" in problem["detail"] and company.refused == 1, (problem, company.refused)
    assert "needs_reauth" in command("connections", "list")
    refreshes = company.refreshes
    assert all(status == 409 for status, _ in storm(10)) and company.refreshes == refreshes
    proven("kill -9 before the new tokens were stored, old one used up: needs_reauth")

    command("connections", "add", "acme", "--client-id", "switchboard-client", "--client-secret-env", "ACME_SECRET",
            "--grant", "client_credentials", "--user", "robot", "--base-url", company.issuer)
    status, account = call(user="robot")
    assert status == 200 and account["name"] == "client", account
    proven("client credentials")

    log.flush()
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    secrets = ["canary-client-secret"] + [t.access for t in company.tokens] + [t.refresh for t in company.tokens if t.refresh]
    for secret in secrets:
        assert secret.encode() not in kept, "a secret is in a file"
    arguments = pathlib.Path(f"/proc/{server.pid}/cmdline").read_bytes()
    assert not any(secret.encode() in arguments for secret in secrets)
    proven("no secret in any file or argument")


try:
    main()
finally:
    if server:
        server.terminate()
        server.wait()
    subprocess.run(["rm", "-rf", str(folder)])
