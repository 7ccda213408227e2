import Basics
import HTTP
import JSON

/// The addresses to which files are sent, and from which they come back.
enum AshbyFile {
    static let prefix = "/_files/"
    /// The operations that take a form with a file beside a handle: the names of both, and what the file is for.
    static let forms: [String: (file: String, handle: String, context: String)] = [
        "candidate.uploadResume": ("resume", "resumeHandle", "CandidateResume"),
        "candidate.uploadFile": ("file", "fileHandle", "CandidateFiles"),
    ]

    /// Keeps a file that came in a form, and gives its handle.
    static func keep(_ file: AshbyForm.File, for context: String, in store: inout Store, seed: UInt64) -> String {
        let id = StableID.uuid("sent file", store.nextNumber("uploads"), seed: seed)
        store.put(
            id,
            [
                "fileUploadContext": .string(context), "filename": .string(file.filename), "received": true,
                "contentLength": .integer(file.content.count), "content": .string(Base64.encode(file.content)),
            ],
            in: "uploads"
        )
        return handle(id, context, seed: seed)
    }

    /// An opaque handle: what it stands for, and a signature.
    static func handle(_ id: String, _ type: String, seed: UInt64) -> String {
        let signature = StableID.token(24, SplitMix64.hash(id, seed: seed))
        let value: JSONValue = [
            "handle": ["type": .string(type), "fileId": .string(id)], "signature": .string(signature), "version": "1",
        ]
        return Base64.encodeURL(JSONWriter.bytes(of: value))
    }

    static func identifier(in handle: String) -> String? {
        guard let bytes = Base64.decodeURL(handle), let value = try? JSONParser.parse(bytes) else { return nil }
        return value["handle"]?["fileId"]?.string
    }

    static func respond(to request: HTTPRequest, _ body: [UInt8], world: SandboxWorld) -> HTTPResponse {
        let id = String(request.path.dropFirst(prefix.count))
        let now = world.clock.now().iso8601
        if request.method == "GET" {
            let kept = world.with { $0.ashby["uploads"][id]?.text("content") }
            let bytes = kept.flatMap { Base64.decode($0) } ?? Array("A file of the sandbox.\n".utf8)
            return HTTPResponse(
                status: 200,
                fields: ["Content-Type": "application/octet-stream"],
                body: .bytes(bytes)
            )
        }
        guard request.method == "POST", let type = request.fields["Content-Type"],
            let file = file(in: body, contentType: type)
        else { return .text("expected multipart/form-data whose last part is named file", status: 400) }
        let isAccepted = world.with { state in
            guard var row = state.ashby["uploads"][id], (row.text("expiresAt") ?? "") > now else { return false }
            row["received"] = true
            row["content"] = .string(Base64.encode(file))
            state.ashby.put(row, in: "uploads")
            return true
        }
        return isAccepted ? HTTPResponse(status: 204) : .text("the upload is unknown or too late", status: 403)
    }

    /// The bytes of the part that is named `file`, which has to be the last (RFC 7578).
    static func file(in body: [UInt8], contentType: String) -> [UInt8]? {
        guard contentType.lowercased().hasPrefix("multipart/form-data"),
            let at = contentType.firstRange(of: "boundary=")
        else { return nil }
        let boundary = contentType[at.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        let ending = Array("\r\n--\(boundary)--".utf8)
        let marker = Array("name=\"file\"".utf8)
        guard let end = last(ending, in: body[...]), let start = last(marker, in: body[..<end]),
            let head = first(Array("\r\n\r\n".utf8), in: body[start..<end])
        else { return nil }
        return Array(body[(head + 4)..<end])
    }

    private static func first(_ wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= wanted.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - wanted.count)).first {
            bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }

    private static func last(_ wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= wanted.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - wanted.count)).last {
            bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }
}
