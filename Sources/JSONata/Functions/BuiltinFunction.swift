/// A function of the language.
final class BuiltinFunction: Sendable {
    typealias Body = @Sendable (Evaluator, Arguments) throws -> Value

    let name: String
    let signature: Signature?
    /// How many arguments it says it takes, by which higher-order functions decide what to pass.
    let arity: Int
    /// How many arguments it can be given when applied in part.
    let parameterCount: Int
    let body: Body

    init(_ name: String, _ signature: String, arity: Int, parameters: Int? = nil, _ body: @escaping Body) {
        self.name = name
        self.signature = Signature.known(signature)
        self.arity = arity
        parameterCount = parameters ?? arity
        self.body = body
    }

    var value: Value { .function(FunctionValue(.builtin(self))) }
}
