package import HTTP
import Basics
import JSON
package import ToolRouter

/// `/v1/workflows`: what can be run, and what it takes.
package struct WorkflowResource: ControlResource {
    package let name = "workflows"
    package let isOpenToMembers = true

    private let library: HomeLibrary

    package init(library: HomeLibrary) {
        self.library = library
    }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        guard call.method == "GET" else { throw Problem.method("GET") }
        do {
            switch call.path.count {
            case 1:
                let loaded = library.all()
                return ControlCall.json([
                    "workflows": .array(loaded.workflows.map { .object(WorkflowResource.summary($0)) }),
                    "problems": .array(loaded.diagnostics.map { .string($0.description) }),
                ])
            case 2:
                let workflow = try await library.workflow(named: call.path[1])
                var object = WorkflowResource.summary(workflow)
                object["input"] = .object(workflow.input)
                object["file"] = .string(workflow.file)
                object["sha256"] = .string(workflow.sha256)
                return ControlCall.json(.object(object))
            default: throw Problem.notFound("/v1/" + call.path.joined(separator: "/")[...])
            }
        } catch let error as WorkflowError {
            throw WorkflowProblem.of(error)
        }
    }

    static func summary(_ workflow: Workflow) -> JSONObject {
        [
            "name": .string(workflow.name), "version": .integer(workflow.version), "title": .string(workflow.title),
            "description": .string(workflow.description),
            "toolkits": .array(workflow.connections.map { .string($0.toolkit) }),
            "read_only": .bool(workflow.limits.isReadOnly), "schedules": .integer(workflow.schedules.count),
        ]
    }
}
