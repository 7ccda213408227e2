import ToolRouter

/// Errors of workflows as problem documents.
enum WorkflowProblem {
    static func of(_ error: WorkflowError) -> Problem {
        let status =
            switch error.code {
            case "not_found": 404
            case "already_running", "already_started", "wrong_state": 409
            case "storage": 500
            case "closed": 503
            default: 400
            }
        return Problem(status, error.code, error.message)
    }
}
