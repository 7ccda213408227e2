"""The fixed JSON:API documents that the upstream serves, with the attributes that Pinpoint documents; the people are invented."""

import json

NOTES = [
    "Explained the trade-off between delivery dates and scope with two examples from her last team.",
    "Clear and friendly; asked how we decide what not to build. Would like a second conversation about pricing.",
    "Prefers to start in September. Salary expectation is inside the band that was agreed for this role.",
    "Strong on discovery interviews, less practice with forecasting; a short exercise would tell us more.",
]


def candidate():
    """One candidate, about 2 KB: the answer of GET /api/v1/candidates/4901."""
    attributes = {
        "first_name": "Mirela",
        "middle_name": None,
        "last_name": "Stenhouse",
        "preferred_name": None,
        "full_name": "Mirela Stenhouse",
        "email": "mirela.stenhouse@mail.example",
        "phone": "+447700900111",
        "phone_iso2": "GB",
        "date_of_birth": None,
        "address1": "3 Sample Row",
        "address2": "Flat 2",
        "town": "Bristol",
        "state_province": None,
        "postcode": "BS1 5AA",
        "country": "United Kingdom",
        "locale": "en",
        "blocked": False,
        "external_system_reference": "crm-88",
        "tags": [{"name": f"tag-{number}", "context": "candidate"} for number in range(12)],
        "attachments": [
            {
                "context": "cv",
                "filename": f"curriculum-vitae-{number}.pdf",
                "url": f"https://files.pinpoint.example/attachments/4901/{number}/curriculum-vitae.pdf?expires=1767225600",
            }
            for number in range(4)
        ],
        "created_at": "2025-02-03T09:15:00+00:00",
        "updated_at": "2025-03-18T14:02:11+00:00",
    }
    unloaded = ["applications", "hris_references", "job_seekers", "skills", "custom_attributes"]
    relationships = {name: {"meta": {"included": False}} for name in unloaded}
    record = {"id": "4901", "type": "candidates", "attributes": attributes, "relationships": relationships}
    return encoded({"data": record, "included": [], "meta": {}})


def comments():
    """A page of comments, about 20 KB: the answer of GET /api/v1/comments."""
    records = []
    for number in range(44):
        attributes = {
            "body_text": NOTES[number % len(NOTES)],
            "commentable_id": str(5001 + number % 7),
            "commentable_type": "Application",
            "private_comment": number % 5 == 0,
            "user_id": str(4601 + number % 2),
            "created_at": f"2025-03-{1 + number % 28:02}T16:20:00+00:00",
            "updated_at": f"2025-03-{1 + number % 28:02}T16:20:00+00:00",
        }
        relationships = {name: {"meta": {"included": False}} for name in ("user", "commentable")}
        records.append(
            {"id": str(5101 + number), "type": "comments", "attributes": attributes, "relationships": relationships}
        )
    return encoded({"data": records, "included": [], "meta": {"stats": {"total": {"count": len(records)}}}})


def encoded(document):
    return json.dumps(document, separators=(",", ":")).encode()


# tool, arguments, path at the upstream, a text that the answer must hold, document
PROXIED = {
    "2 KB": ("get_single_pinpoint_candidate_by_id", {"id": "4901"}, "/api/v1/candidates/4901", "Stenhouse", candidate),
    "20 KB": ("list_all_pinpoint_comments", {}, "/api/v1/comments", "5144", comments),
}
