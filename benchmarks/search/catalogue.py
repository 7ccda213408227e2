"""Makes a catalogue for the search benchmark from descriptions of operations.

usage: catalogue.py TOOLKIT=ENDPOINTS.json ... > catalogue.json

ENDPOINTS.json is a list of objects with `operation`, `tool`, `summary`, optionally `composio_tool` (the title) and parameters.
The result has what search sees of a tool, whether or not a toolkit defines it yet.
"""
import json
import re
import sys


def words(name):
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").replace(".", " ").split()


def title(operation, tool):
    """Verb first, as titles are: `candidate.removeTag` is Remove Candidate Tag."""
    *path, last = operation.split(".")
    verb, *rest = [word.capitalize() for word in words(last)]
    entity = [word.capitalize() for part in path for word in words(part)]
    if verb == "Info":
        verb, rest = "Get", ["Info"]
    if verb in ("Create", "Update", "Delete", "Get") and entity and entity[-1].endswith("s"):
        entity[-1] = re.sub("ies$", "y", entity[-1]) if entity[-1].endswith("ies") else entity[-1][:-1]
    if verb == "List" and not rest and not entity[-1].endswith("s"):
        entity[-1] = re.sub("y$", "ie", entity[-1]) + "s"
    return " ".join([verb, *entity, *rest])


def parameters(operation):
    found = {}
    body = operation.get("body") or {}
    attributes = body.get("attributes", []) if isinstance(body, dict) else []
    for part in [operation.get("params"), operation.get("path_params"), operation.get("query_params"), attributes]:
        for parameter in part or []:
            name = re.sub(r"\W+", "_", parameter["name"]).strip("_")
            if not name.startswith(("page_", "fields_", "stats_")):
                found[name] = {"type": "string", "description": parameter.get("description") or ""}
    return found


def main():
    catalogue = []
    for argument in sys.argv[1:]:
        toolkit, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as file:
            for operation in json.load(file):
                if not operation.get("tool"):
                    continue
                catalogue.append(
                    {
                        "name": operation["tool"],
                        "title": operation.get("composio_tool") or title(operation["operation"], operation["tool"]),
                        "description": operation["summary"],
                        "toolkit": toolkit,
                        "tags": [operation["operation"].split(".")[0]],
                        "inputSchema": {"type": "object", "properties": parameters(operation)},
                    }
                )
    json.dump(catalogue, sys.stdout, ensure_ascii=False, indent=0)


main()
