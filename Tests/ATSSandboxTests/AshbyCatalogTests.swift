import ATSSandbox
import HTTP
import JSON
import Testing

/// What holds for every operation of Ashby, whatever it does.
struct AshbyCatalogTests {
    @Test func `an operation that the vendor has removed or never had is not there`() async throws {
        let client = SandboxClient(sandbox: Sandbox(like: .small))
        for name in ["location.updateRemoteStatus", "candidate.delete", "webhook.list"] {
            #expect(try await client.ashby(name).status == 404, "\(name)")
        }
    }

    @Test func `nothing that a caller sends makes an operation fail on its own side`() async throws {
        let client = SandboxClient(sandbox: Sandbox(like: .small))
        let bodies: [JSONValue] = [[:], ["id": 7], ["limit": "x"], ["applicationId": "x"], ["title": .null]]
        for name in Self.sample {
            for body in bodies {
                let answer = try await client.ashby(name, body)
                #expect(answer.status == 200, "\(name)")
                let isOver = answer.json["success"] == true || answer.json.at("errorInfo.code").string != nil
                #expect(isOver, "\(name)")
            }
        }
    }

    @Test func `a key that may only read is refused by every write`() async throws {
        let client = SandboxClient(sandbox: Sandbox(like: .small), ashbyKey: SandboxKeys.ashbyReadOnly)
        for name in ["opening.create", "location.create", "webhook.create", "customField.create", "sequence.add"] {
            #expect(try await client.ashby(name).json.at("errorInfo.code") == "missing_endpoint_permission", "\(name)")
        }
    }

    private static let sample = [
        "candidate.listProjects", "candidate.pushToHris", "location.move", "opening.update", "jobPosting.update",
        "customField.setValues", "applicationFeedback.submit", "referral.create", "surveySubmission.create",
        "interviewerPool.addUser", "interviewSchedule.update", "interviewEvent.list", "hiringTeam.addMember",
        "application.updateHistory", "approvalDefinition.update", "file.info", "webhook.update", "report.generate",
        "sequence.updateStage", "assessment.addCompletedToCandidate", "takeHomeAssignment.list", "auditLog.list",
    ]
}
