import JSON
import Tools

/// What one attempt to write says about its outcome.
enum WriteAnswer: Sendable, Hashable {
    case done(remoteID: String?)
    /// The other side did not do it; `wasTried` is false when it was not even asked.
    case denied(status: Int?, code: String, wasTried: Bool)
    /// It may have been done; `wasAnswered` is false when no answer came at all.
    case uncertain(status: Int?, code: String, wasAnswered: Bool)

    /// Reads a result.
    ///
    /// - Parameter attempt: The number of the attempt, from 1. A conflict on a later one may be with an earlier one.
    init(_ result: ToolResult, attempt: Int) {
        guard result.isError else {
            self = .done(remoteID: WriteAnswer.id(in: result.payload))
            return
        }
        guard let problem = result.problem else {
            self = .uncertain(status: nil, code: "unexplained", wasAnswered: true)
            return
        }
        switch problem.outcome {
        case .unknown:
            self = .uncertain(status: problem.status, code: problem.code, wasAnswered: problem.status != nil)
        case .failed where problem.status == 409 && attempt > 1:
            self = .uncertain(status: 409, code: problem.code, wasAnswered: true)
        case .failed: self = .denied(status: problem.status, code: problem.code, wasTried: true)
        case .notExecuted: self = .denied(status: problem.status, code: problem.code, wasTried: false)
        }
    }

    /// The id that a record says it has.
    private static func id(in payload: [UInt8]) -> String? {
        switch (try? JSONDocument(payload))?.root["id"]?.value {
        case .string(let text)?: text
        case .number(let number)?: number.text
        default: nil
        }
    }
}
