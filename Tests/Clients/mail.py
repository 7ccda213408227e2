"""Mail through a real SMTP server of this machine: plain, with a password, with STARTTLS, refused, and lost.

SWITCHBOARD names the program.
"""

import email
import email.policy
import json
import logging
import os
import re
import socket
import ssl
import subprocess
import tempfile
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# The server logs the client that does not trust its certificate, which is meant to be so.
logging.disable()
warnings.simplefilter("ignore")
PASSWORD = "correct horse battery"


class Handler:
    """Keeps what arrives."""

    def __init__(self, drops=False):
        self.envelopes = []
        self.secure = []
        self.signed_in = []
        self.drops = drops

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        self.secure.append(session.ssl is not None)
        self.signed_in.append(session.authenticated)
        if self.drops:
            server.transport.abort()
        return "250 taken"


class Bench:
    """A data folder and a mail server."""

    def __init__(self, scratch, handler, port=None, **environment):
        self.handler = handler
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("SWITCHBOARD_")} | {
            "SWITCHBOARD_DATA": scratch,
            "SWITCHBOARD_MAIL_FROM": "Recruiting <jobs@larkfield.example>",
            "SWITCHBOARD_SMTP_URL": f"smtp://127.0.0.1:{port}",
        } | environment

    def run(self, *arguments):
        command = [os.environ["SWITCHBOARD"], *arguments, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def send(self, to, once=None, sandbox=False):
        arguments = ["to=" + json.dumps(to), "subject=Grüße aus der Pipeline", "markdown=# Bericht\n\n**Zwei** Angebote."]
        extra = (["--once", once] if once else []) + (["--sandbox"] if sandbox else [])
        done = self.run("tools", "call", "send_email", *arguments, *extra)
        # Mail asks a person first; it is the identical call that is made then.
        asked = re.search(r"approval (ap_[0-9a-z]+)", done.stderr)
        if asked:
            mode = ["--sandbox"] if sandbox else []
            decided = self.run("approvals", "approve", asked[1], "--yes", *mode)
            assert decided.returncode == 0, decided.stdout + decided.stderr
            done = self.run("tools", "call", "send_email", *arguments, *extra)
        return done


def serve(handler, **options):
    """A server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    return controller


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"jobs", PASSWORD.encode())
    return AuthResult(success=good, handled=good)


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context, f"{folder}/cert.pem"


def plain(scratch):
    handler = Handler()
    server = serve(handler)
    bench = Bench(scratch, handler, server.port)
    done = bench.send(["ada@larkfield.example", "bo@larkfield.example"], once="weekly")
    assert done.returncode == 0, done.stdout + done.stderr
    again = bench.send(["ada@larkfield.example", "bo@larkfield.example"], once="weekly")
    assert again.returncode == 0 and "already_done" in again.stdout, again.stdout
    server.stop()
    assert len(handler.envelopes) == 1, handler.envelopes
    envelope = handler.envelopes[0]
    assert envelope.mail_from == "jobs@larkfield.example"
    assert envelope.rcpt_tos == ["ada@larkfield.example", "bo@larkfield.example"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert not message.defects, message.defects
    assert message["subject"] == "Grüße aus der Pipeline"
    assert message["from"].addresses[0].display_name == "Recruiting"
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "# Bericht\n\n**Zwei** Angebote.\n", text.get_content()
    assert "<h1>Bericht</h1>\n<p><strong>Zwei</strong> Angebote.</p>" in html.get_content().replace("\r\n", "\n")
    writes = json.loads(bench.run("writes", "list").stdout)
    mark = writes["writes"][0]["mark"].strip("()").split()[1]
    assert message["message-id"].startswith(f"<{mark}."), (message["message-id"], mark)
    print("plain ok")


def password(scratch):
    handler = Handler()
    server = serve(handler, authenticator=authenticate, auth_required=True, auth_require_tls=False)
    who = {"SWITCHBOARD_SMTP_USER": "jobs", "SWITCHBOARD_SMTP_PASSWORD": PASSWORD}
    done = Bench(scratch, handler, server.port, **who).send(["ada@larkfield.example"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert handler.signed_in == [True]
    who["SWITCHBOARD_SMTP_PASSWORD"] = "wrong"
    done = Bench(scratch, handler, server.port, **who).send(["ada@larkfield.example"])
    server.stop()
    assert done.returncode != 0 and "SWITCHBOARD_SMTP_PASSWORD" in done.stdout + done.stderr, done.stdout + done.stderr
    assert len(handler.envelopes) == 1
    print("password ok")


def starttls(scratch):
    context, authority = certificate(scratch)
    handler = Handler()
    server = serve(handler, tls_context=context, require_starttls=True)
    done = Bench(scratch, handler, server.port).send(["ada@larkfield.example"])
    assert done.returncode != 0 and "SWITCHBOARD_SMTP_CA_FILE" in done.stdout + done.stderr, done.stdout + done.stderr
    done = Bench(scratch, handler, server.port, SWITCHBOARD_SMTP_CA_FILE=authority).send(["ada@larkfield.example"])
    server.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    assert handler.secure == [True]
    print("STARTTLS ok")


def refused(scratch):
    handler = Handler()
    server = serve(handler)
    bench = Bench(scratch, handler, server.port)
    done = bench.send(["ada@larkfield.example", "nobody@larkfield.example"])
    server.stop()
    assert done.returncode != 0 and "no such mailbox" in done.stdout + done.stderr, done.stdout + done.stderr
    assert not handler.envelopes
    states = [write["state"] for write in json.loads(bench.run("writes", "list").stdout)["writes"]]
    assert states == ["failed"], states
    print("refused ok")


def lost(scratch):
    handler = Handler(drops=True)
    server = serve(handler)
    bench = Bench(scratch, handler, server.port)
    done = bench.send(["ada@larkfield.example"], once="chase")
    assert done.returncode != 0 and "writes settle" in done.stdout + done.stderr, done.stdout + done.stderr
    bench.send(["ada@larkfield.example"], once="chase")
    server.stop()
    assert len(handler.envelopes) == 1, "it was sent twice"
    unknown = json.loads(bench.run("writes", "list", "--state", "unknown").stdout)["writes"]
    assert [write["tool"] for write in unknown] == ["send_email"], unknown
    done = bench.run("writes", "settle", unknown[0]["id"], "--not-done")
    assert done.returncode == 0, done.stderr
    print("lost ok")


def nowhere(scratch):
    bench = Bench(scratch, None, 1)
    done = bench.send(["ada@larkfield.example"])
    assert done.returncode != 0 and "cannot be reached" in done.stdout + done.stderr, done.stdout + done.stderr
    bench.environment["SWITCHBOARD_SMTP_URL"] = ""
    done = bench.send(["ada@larkfield.example"])
    assert done.returncode != 0 and "SWITCHBOARD_SMTP_URL" in done.stdout + done.stderr, done.stdout + done.stderr
    done = bench.send(["ada@larkfield.example"], sandbox=True)
    assert done.returncode == 0 and "sends no mail" in done.stdout, done.stdout + done.stderr
    kept = [f"{where}/{name}" for where, _, names in os.walk(scratch) for name in names if name.endswith(".eml")]
    assert len(kept) == 1 and os.stat(kept[0]).st_mode & 0o777 == 0o600, kept
    print("sandbox ok")


for test in [plain, password, starttls, refused, lost, nowhere]:
    with tempfile.TemporaryDirectory() as scratch:
        test(scratch)
