/// A function as a value: written in the expression, built in, or a regular expression.
final class FunctionValue {
    enum Kind {
        case lambda(Node, input: Value, frame: Frame)
        /// A lambda some of whose arguments are given; the frame holds them.
        case partial(parameters: [String], body: Node, input: Value, frame: Frame)
        /// A tail call that has yet to be made.
        case thunk(Node, input: Value, frame: Frame)
        case builtin(BuiltinFunction)
        /// A built-in some of whose arguments are given; nil stands for one that is not.
        case partialBuiltin(BuiltinFunction, [Value?])
        case partialNative(FunctionValue, [Value?])
        case composed(FunctionValue, FunctionValue)
        case regex(RegexProgram)
        case transform(Node, frame: Frame)
        /// What a matcher gives to ask for its next match.
        case nextMatch(RegexProgram, subject: [UInt16], from: Int)
    }

    let kind: Kind
    let nesting: Int

    init(_ kind: Kind) {
        self.kind = kind
        switch kind {
        case .partialBuiltin(_, let arguments):
            nesting = 1 + (arguments.lazy.map { $0?.nesting ?? 0 }.max() ?? 0)
        case .partialNative(let function, let arguments):
            nesting = 1 + max(function.nesting, arguments.lazy.map { $0?.nesting ?? 0 }.max() ?? 0)
        case .composed(let first, let second): nesting = 1 + max(first.nesting, second.nesting)
        default: nesting = 0
        }
    }

    /// The names of the parameters of a lambda.
    var signature: Signature? {
        switch kind {
        case .lambda(let node, _, _): node.signature
        case .builtin(let builtin): builtin.signature
        case .transform: Builtins.transformSignature
        default: nil
        }
    }

    /// How many arguments it takes, which decides what higher-order functions pass.
    var arity: Int {
        switch kind {
        case .lambda(let node, _, _): node.parameters.count
        case .partial(let parameters, _, _, _): parameters.count
        case .builtin(let builtin): builtin.arity
        case .partialBuiltin(_, let arguments), .partialNative(_, let arguments):
            arguments.lazy.filter { $0 == nil }.count
        case .composed, .transform, .regex: 1
        case .thunk, .nextMatch: 0
        }
    }
}
