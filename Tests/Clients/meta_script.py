"""The turns of a scripted model that knows no tool by name: it finds a candidate, sees her stage and moves her on."""

import json
import secrets

NAME = "Sarah Jenkins"
JOB = "Product Manager"


class Surprise(SystemExit):
    """An answer that the script cannot go on with."""


def tool_for(found, position, word):
    """The first tool of a query's answer whose name has a word; the model of the script reads names, as others do."""
    names = [tool["name"] for tool in found["results"][position]["tools"]]
    for name in names:
        if word in name:
            return name
    raise Surprise(f"the search for step {position} names {names}, none of them with {word}")


def outcome(answer, position=0):
    """What one call of execute_tools gave; ends the script when it failed."""
    item = answer["results"][position]
    if not item["ok"]:
        raise Surprise(f"{item['tool']} failed: {json.dumps(item['error'])}")
    return item["result"]


def turns():
    """Yields a meta-tool and its arguments, is sent the parsed answer, and returns what the model says in the end."""
    connections = yield "manage_connections", {"toolkits": ["ashby"], "action": "status"}
    if connections["connections"] != [{"toolkit": "ashby", "status": "active"}]:
        raise Surprise(f"Ashby is not connected: {connections}")

    found = yield "search_tools", {
        "queries": [
            {"use_case": "find a candidate by name in Ashby"},
            {"use_case": "get one application by id in Ashby", "known_fields": "applicationId"},
            {"use_case": "list the stages of an interview plan in Ashby", "known_fields": "interviewPlanId"},
            {"use_case": "move an application to its next stage in Ashby"},
        ],
        "limit": 3,
    }
    search, get = tool_for(found, 0, "candidates"), tool_for(found, 1, "application_by_id")
    stages, move = tool_for(found, 2, "interview_stages"), tool_for(found, 3, "change_stage")
    schemas = yield "get_tool_schemas", {"names": [move]}
    if schemas["tools"][0]["input_schema"]["required"] != ["applicationId", "interviewStageId"]:
        raise Surprise(f"{move} takes something else: {schemas}")

    people = yield "execute_tools", {
        "calls": [
            {
                "tool": search,
                "arguments": {"name": NAME},
                "select": f"[items[name = '{NAME}'].{{'id': id, 'applications': applicationIds}}]",
            }
        ]
    }
    (person,) = outcome(people)
    applications = yield "execute_tools", {
        "calls": [
            {
                "id": application,
                "tool": get,
                "arguments": {"applicationId": application},
                "select": "{'id': id, 'status': status, 'job': job.title, 'stage': currentInterviewStage}",
            }
            for application in person["applications"]
        ]
    }
    read = [outcome(applications, position) for position in range(len(person["applications"]))]
    (application,) = [each for each in read if each["status"] == "Active" and each["job"] == JOB]
    before = application["stage"]
    plan = yield "execute_tools", {
        "calls": [{"tool": stages, "arguments": {"interviewPlanId": before["interviewPlanId"]}}],
        "compact": True,
    }
    later = [stage for stage in outcome(plan)["items"] if stage["orderInInterviewPlan"] > before["orderInInterviewPlan"]]
    after = min(later, key=lambda stage: stage["orderInInterviewPlan"])

    # Under one key a write happens once, so each run has keys of its own.
    run = secrets.token_hex(4)
    write = {
        "tool": move,
        "arguments": {"applicationId": application["id"], "interviewStageId": after["id"]},
        "idempotency_key": f"{run}: move on",
        "select": "currentInterviewStage.title",
    }
    moved = yield "execute_tools", {"calls": [write]}
    if outcome(moved) != after["title"]:
        raise Surprise(f"the stage is {outcome(moved)} and not {after['title']}")
    # Sent again it changes nothing; the outcome is the first one's.
    yield "execute_tools", {"calls": [write]}
    seen = yield "execute_tools", {
        "calls": [
            {"tool": get, "arguments": {"applicationId": application["id"]}, "select": "currentInterviewStage.id"}
        ]
    }
    if outcome(seen) != after["id"]:
        raise Surprise(f"the move is not to be seen: {seen}")
    # The next client of this test finds her where this one did.
    back = {**write, "arguments": {"applicationId": application["id"], "interviewStageId": before["id"]}}
    back["idempotency_key"] = f"{run}: move back"
    outcome((yield "execute_tools", {"calls": [back]}))
    return f"{NAME} was at {before['title']} and is at {after['title']} now (application {application['id']})"
