import ATSSandbox
import Basics
import Cryptography
import HTTP
import JSON
import Testing

/// Files, webhooks, reports, sequences and what else goes to other systems.
struct AshbyPartnerTests {
    /// Keeps what it is given, and tells whoever waits.
    private final class Inbox: HTTPTransport {
        let stream: AsyncStream<HTTPRequest>
        private let continuation: AsyncStream<HTTPRequest>.Continuation
        private let statuses = Locked([500])

        init() {
            (stream, continuation) = AsyncStream.makeStream()
        }

        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            continuation.yield(request)
            return HTTPResponse(status: statuses.withLock { $0.isEmpty ? 200 : $0.removeFirst() })
        }
    }

    private func results(_ client: SandboxClient, _ operation: String, _ body: JSONValue = [:]) async throws
        -> JSONValue
    {
        let json = try await client.ashby(operation, body).json
        if json["success"] != true { Issue.record("\(operation): \(json.at("errorInfo.message"))") }
        return json["results"] ?? .null
    }

    @Test func `webhooks are signed, repeated until they are taken, and follow from writes`() async throws {
        let inbox = Inbox()
        let waits = Locked<[Double]>([])
        let options = SandboxOptions(transport: inbox, sleep: { seconds in waits.withLock { $0.append(seconds) } })
        let client = SandboxClient(sandbox: Sandbox(like: .small, options: options))
        let setting: JSONValue = [
            "webhookType": "jobUpdate", "requestUrl": "http://hooks.example/ashby", "secretToken": "s3cret",
        ]
        let made = try await results(client, "webhook.create", setting)
        var requests = inbox.stream.makeAsyncIterator()
        let ping = try #require(await requests.next())
        let again = try #require(await requests.next())
        let body = try await ping.body.collect(limit: 1 << 20)
        #expect(try JSONParser.parse(body)["action"] == "ping")
        #expect(try await again.body.collect(limit: 1 << 20) == body)
        #expect(waits.withLock { $0 } == [10])
        let job = try await results(client, "job.search", ["title": "Product Manager"]).at("0.id")
        _ = try await results(client, "job.update", ["jobId": job, "title": "Product Lead"])
        let update = try #require(await requests.next())
        let bytes = try await update.body.collect(limit: 1 << 20)
        let value = try JSONParser.parse(bytes)
        #expect(value["action"] == "jobUpdate" && value.at("data.job.title") == "Product Lead")
        #expect(update.url == "http://hooks.example/ashby")
        let code = Hex.encode(HMACSHA256.authenticate(bytes, key: Array("s3cret".utf8)))
        #expect(update.fields["Ashby-Signature"] == "sha256=" + code)
        let second = try await client.ashby("webhook.create", setting).json
        #expect(second.at("errorInfo.code") == "invalid_input")
        let id = made["id"] ?? .null
        _ = try await results(client, "webhook.update", ["webhookId": id, "enabled": false])
        let read = try await results(client, "webhook.info", ["webhookId": id])
        #expect(read["enabled"] == false && read["secretToken"] == nil)
        _ = try await results(client, "webhook.delete", ["webhookId": id])
        #expect(
            try await client.ashby("webhook.info", ["webhookId": id]).json.at("errorInfo.code") == "webhook_not_found"
        )
    }

    @Test func `a file is uploaded to its handle before a candidate can have it`() async throws {
        let client = SandboxClient(sandbox: Sandbox(like: .small))
        let person = try await results(client, "candidate.search", ["name": "sarah jenkins"]).at("0.id")
        let made = try await results(
            client,
            "file.createFileUploadHandle",
            [
                "fileUploadContext": "CandidateFiles", "filename": "a.txt", "contentType": "text/plain",
                "contentLength": 5,
            ]
        )
        let attach: JSONValue = ["candidateId": person, "fileHandle": made["handle"] ?? .null]
        #expect(try await client.ashby("candidate.uploadFile", attach).json.at("errorInfo.code") == "invalid_input")
        let form =
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nx\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n"
        let upload = try HTTPRequest(
            method: "POST",
            url: made["url"]?.string ?? "",
            fields: ["Content-Type": "multipart/form-data; boundary=b"],
            body: .bytes(Array(form.utf8))
        )
        #expect(await client.sandbox.ashby.respond(to: upload).status == 204)
        let candidate = try await results(client, "candidate.uploadFile", attach)
        #expect(candidate["fileHandles"]?.array?.last?["name"] == "a.txt")
        let file = try await results(client, "file.info", ["fileHandle": made["handle"] ?? .null])
        let answer = await client.sandbox.ashby.respond(to: try HTTPRequest(url: file["url"]?.string ?? ""))
        #expect(try await answer.body.collect(limit: 100) == Array("hello".utf8))
        #expect(try await client.ashby("file.info", ["fileHandle": "x"]).json.at("errorInfo.code") == "invalid_input")
    }

    @Test func `sequences, mail, assessments, approvals and the audit log keep what happened`() async throws {
        let client = SandboxClient(sandbox: Sandbox(like: .small))
        let person = try await results(client, "candidate.search", ["name": "sarah jenkins"]).at("0.id")
        let template = try await results(client, "sequenceTemplate.list").at("0")
        let sequence = try await results(
            client,
            "sequence.add",
            ["sequenceTemplateId": template["id"] ?? .null, "candidateId": person, "start": false]
        )
        let id = sequence["id"] ?? .null
        _ = try await results(
            client,
            "sequence.updateStage",
            ["sequenceId": id, "stageId": template.at("stages.0.id"), "subject": "Hello"]
        )
        _ = try await results(client, "sequence.start", ["sequenceId": id])
        _ = try await results(client, "sequence.cancel", ["sequenceId": id])
        let read = try await results(client, "sequence.info", ["sequenceId": id])
        #expect(read["status"] == "Cancelled" && read.at("stages.0.subject") == "Hello")
        #expect(
            try await client.ashby("sequence.discard", ["sequenceId": id]).json.at("errorInfo.code") == "invalid_input"
        )
        _ = try await results(
            client,
            "candidate.addEmailMessage",
            [
                "candidateId": person, "emailProviderEmailId": "m1", "subject": "Hi", "from": "a@b.example",
                "to": "c@d.example", "body": "text",
            ]
        )
        let mail = try await client.ashby("candidate.getRecentEmailMessages", ["candidateId": person])
        #expect(mail.json.at("results.0.subject") == "Hi" && mail.fields["x-sandbox-note"] != nil)
        let offer = try await results(client, "offer.list").at("0.latestVersion.id")
        _ = try await results(
            client,
            "approvalDefinition.update",
            [
                "entityType": "offer", "entityId": offer, "submitApprovalRequest": true,
                "approvalStepDefinitions": [
                    [
                        "approvalsRequired": 1,
                        "approvers": [["userId": try await results(client, "user.list").at("0.id"), "type": "user"]],
                    ]
                ],
            ]
        )
        let approvals = try await results(client, "approval.list", ["entityId": offer])
        #expect(approvals.at("0.steps.0.approvers.0.decision") == "pending")
        let log = try await results(client, "auditLog.list", ["categories": ["sequence"]]).array ?? []
        #expect(log.count == 4 && log[0].at("target.id") == id)
        #expect(try await results(client, "takeHomeAssignment.list").array?.count == 1)
    }
}
