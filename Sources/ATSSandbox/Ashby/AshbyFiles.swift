import Basics
import JSON

extension AshbyCatalog {
    /// Files: a handle, an upload to the address that comes with it, and what the handle is then good for.
    static let files: [AshbyOperation] = [
        .init(
            "file.createFileUploadHandle",
            "candidatesWrite",
            [
                .init(
                    "fileUploadContext",
                    .choice(["CandidateResume", "CandidateFiles", "ApplicationForm"]),
                    required: true
                ),
                .init("filename", required: true), .init("contentType", required: true),
                .init("contentLength", .integer, required: true),
            ]
        ) { (call) throws(AshbyFailure) in
            guard (1...(50 << 20)).contains(call.arguments.integer("contentLength") ?? 0) else {
                throw .invalid("contentLength", "expected 1 to 52428800 bytes")
            }
            var values: JSONObject = ["received": false, "expiresAt": .string(call.now.adding(seconds: 600).iso8601)]
            for name in ["fileUploadContext", "filename", "contentType", "contentLength"] {
                values[name] = call.arguments[name]
            }
            let row = call.add(values, to: "uploads")
            return .object([
                "handle": .string(AshbyFile.handle(row.id, row.text("fileUploadContext") ?? "", seed: call.seed)),
                "url": .string("\(call.origin)/_files/\(row.id)"),
                "fields": ["key": .string(row.id), "Content-Type": row["contentType"]],
            ])
        },
        .init("file.info", "candidatesRead", [.init("fileHandle", required: true)]) { (call) throws(AshbyFailure) in
            guard let id = AshbyFile.identifier(in: call.arguments.text("fileHandle") ?? "") else {
                throw .invalid("fileHandle", "not a file handle")
            }
            let signature = StableID.token(24, SplitMix64.hash(id, seed: call.seed))
            return .object(["url": .string("\(call.origin)/_files/\(id)?signature=\(signature)")])
        },
        attach("candidate.uploadResume", "resumeHandle", "CandidateResume") { row, file in
            row["resumeFileHandle"] = file
            row["fileHandles"] = .array((row["fileHandles"].array ?? []) + [file])
        },
        attach("candidate.uploadFile", "fileHandle", "CandidateFiles") { row, file in
            row["fileHandles"] = .array((row["fileHandles"].array ?? []) + [file])
        },
    ]

    private static func attach(
        _ name: String,
        _ argument: String,
        _ context: String,
        _ body: @escaping @Sendable (inout Row, JSONValue) -> Void
    ) -> AshbyOperation {
        .change(
            name,
            "candidatesWrite",
            "candidateId",
            "candidates",
            "candidate",
            [.init(argument, required: true)],
            render: { $0.candidate($1) }
        ) { (row, call) throws(AshbyFailure) in
            let handle = call.arguments.text(argument) ?? ""
            guard let id = AshbyFile.identifier(in: handle), let upload = call.store["uploads"][id] else {
                throw .invalid(argument, "not a handle of file.createFileUploadHandle")
            }
            guard upload["received"] == true else { throw .invalid(argument, "the file has not been uploaded") }
            guard upload.text("fileUploadContext") == context else {
                throw .invalid(argument, "the handle is for \(upload.text("fileUploadContext") ?? "something else")")
            }
            body(&row, ["id": .string(id), "name": upload["filename"], "handle": .string(handle)])
        }
    }
}
