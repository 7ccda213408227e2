import JSON
import Tools

extension MetaTools {
    /// What a model reads; short, because it is in every one of its turns.
    static let specifications: [ToolSpecification] = [
        ToolSpecification(
            name: "search_tools",
            title: "Search Tools",
            description: """
                Finds tools by what you want to do. Start here: you do not know the tools, and names that you guess do not \
                exist. Ask one query for each step, in plain words, without names of people and other personal data. \
                Returns matching tools with their arguments and differences, a plan with pitfalls where there is one, and \
                whether the account is connected.
                """,
            toolkit: "switchboard",
            effect: .read,
            inputSchema: [
                "type": "object",
                "properties": [
                    "queries": [
                        "type": "array", "minItems": 1, "maxItems": 10,
                        "description": "One item for each step of the task.",
                        "items": [
                            "type": "object",
                            "properties": [
                                "use_case": [
                                    "type": "string", "maxLength": 1024,
                                    "description":
                                        "One step, such as: find a candidate by e-mail in Ashby. Keep names of systems.",
                                ],
                                "known_fields": [
                                    "type": "string", "maxLength": 1024,
                                    "description": "Arguments you know already, such as: candidate_id, job_id.",
                                ],
                            ],
                            "required": ["use_case"], "additionalProperties": false,
                        ],
                    ],
                    "limit": [
                        "type": "integer", "minimum": 1, "maximum": 20, "default": 5,
                        "description": "Tools for each query.",
                    ],
                ],
                "required": ["queries"], "additionalProperties": false,
            ]
        ),
        ToolSpecification(
            name: "get_tool_schemas",
            title: "Get Tool Schemas",
            description: """
                Describes tools that search_tools named: what each argument means and which values it takes. Needed only \
                where the search result does not say enough.
                """,
            toolkit: "switchboard",
            effect: .read,
            inputSchema: [
                "type": "object",
                "properties": [
                    "names": [
                        "type": "array", "minItems": 1, "maxItems": 20, "items": ["type": "string"],
                        "description": "Exact names of tools.",
                    ]
                ],
                "required": ["names"], "additionalProperties": false,
            ]
        ),
        ToolSpecification(
            name: "manage_connections",
            title: "Manage Connections",
            description: """
                Says whether the user's accounts are connected, and how to connect those that are not: a link or a \
                command for the user. Never ask for passwords or keys yourself.
                """,
            toolkit: "switchboard",
            effect: .read,
            inputSchema: [
                "type": "object",
                "properties": [
                    "toolkits": [
                        "type": "array", "minItems": 1, "maxItems": 20, "items": ["type": "string"],
                        "description": "Names of toolkits from search_tools; all when left out.",
                    ],
                    "action": [
                        "type": "string", "enum": ["connect", "status", "renew"], "default": "connect",
                        "description": "renew replaces a connection that works; status makes no link.",
                    ],
                ],
                "additionalProperties": false,
            ]
        ),
        ToolSpecification(
            name: "execute_tools",
            title: "Execute Tools",
            description: """
                Runs up to 50 tools in parallel. Put only calls together that do not need each other's results. Each call \
                has an outcome of its own, in the order given; one that fails does not stop the others. Lists come in \
                pages: send next_cursor back unchanged for the next one. A result that is too large comes as a preview with \
                a handle for read_result.
                """,
            toolkit: "switchboard",
            effect: .destroy,
            inputSchema: [
                "type": "object",
                "properties": [
                    "calls": [
                        "type": "array", "minItems": 1, "maxItems": 50,
                        "items": [
                            "type": "object",
                            "properties": [
                                "tool": ["type": "string", "description": "The exact name from search_tools."],
                                "arguments": [
                                    "type": "object",
                                    "description": "The tool's arguments: one flat object.",
                                ],
                                "id": ["type": "string", "description": "Your own label; comes back with the result."],
                                "select": [
                                    "type": "string", "maxLength": 4096,
                                    "description":
                                        "JSONata over the result, to read only what you need: items.{'id': id, 'name': full_name}",
                                ],
                                "all": [
                                    "type": "object",
                                    "description": "Read every page of a list; use select with it.",
                                    "properties": [
                                        "max": ["type": "integer", "minimum": 1],
                                        "more": [
                                            "type": "string", "enum": ["fail", "stop"],
                                            "description": "What to do when there are more than max.",
                                        ],
                                    ],
                                    "additionalProperties": false,
                                ],
                                "connection": [
                                    "type": "string", "description": "Which account, where there are several.",
                                ],
                                "idempotency_key": [
                                    "type": "string", "maxLength": 256,
                                    "description":
                                        "Your name for a write: repeated under the same key, it happens once.",
                                ],
                            ],
                            "required": ["tool", "arguments"], "additionalProperties": false,
                        ],
                    ],
                    "compact": [
                        "type": "boolean", "default": false,
                        "description": "Leaves out nulls and empty values.",
                    ],
                ],
                "required": ["calls"], "additionalProperties": false,
            ]
        ),
        ToolSpecification(
            name: "read_result",
            title: "Read Result",
            description: "Reads parts of a result that execute_tools showed as a preview with a handle.",
            toolkit: "switchboard",
            effect: .read,
            inputSchema: [
                "type": "object",
                "properties": [
                    "handle": ["type": "string", "description": "From execute_tools; valid for minutes, here only."],
                    "path": [
                        "type": "string", "description": "A JSON Pointer into the result, such as /items/3/notes.",
                    ],
                    "offset": [
                        "type": "integer", "minimum": 0,
                        "description": "Elements or characters to leave out; next_offset of the answer before.",
                    ],
                    "limit": ["type": "integer", "minimum": 1],
                    "select": ["type": "string", "description": "JSONata over what is at path."],
                ],
                "required": ["handle"], "additionalProperties": false,
            ]
        ),
    ]
}
