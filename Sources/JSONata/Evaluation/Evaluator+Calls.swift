import JSON

extension Evaluator {
    /// How errors name a call: the function, and where it is called.
    struct CallSite {
        var name: String?
        var position: Int?
    }

    // MARK: Nodes that call

    /// The result of a call; `applied` is the first argument when it stands before `~>`.
    func call(_ node: Node, _ input: Value, _ frame: Frame, applied: Value? = nil) throws -> Value {
        guard let procedure = node.first else { return .undefined }
        let function = try callee(procedure, input, frame)
        if function == nil, procedure.kind == .path, let name = procedure.calledName {
            if let value = frame.lookup(name) ?? Builtins.table[name]?.value, try value.isTrueInHost() {
                throw JSONataError("T1005", position: node.position, token: name)
            }
        }
        var arguments: [Value] = []
        arguments.reserveCapacity(node.children.count + 1)
        if let applied { arguments.append(applied) }
        for argument in node.children { arguments.append(try evaluate(argument, input, frame)) }
        let name = procedure.calledName
        do {
            guard let function else { throw JSONataError("T1006") }
            return try apply(function, arguments, input, frame, CallSite(name: name, position: node.position))
        } catch var error as JSONataError {
            if (error.position ?? 0) == 0 { error.position = node.position }
            if error.token == nil { error.token = name }
            throw error
        }
    }

    private enum Callee {
        case builtin(BuiltinFunction)
        case function(FunctionValue)
    }

    private func callee(_ procedure: Node, _ input: Value, _ frame: Frame) throws -> Callee? {
        if let builtin = procedure.builtin, procedure.kind == .variable, procedure.isNeverBound, !hidesBuiltins,
            procedure.predicates.isEmpty, observer == nil
        {
            return .builtin(builtin)
        }
        guard case .function(let function) = try evaluate(procedure, input, frame) else { return nil }
        return .function(function)
    }

    /// What `~>` gives: a call, a function applied to a value, or two functions made one.
    func applyOperator(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        guard let lhs = node.first, let rhs = node.second else { return .undefined }
        let left = try evaluate(lhs, input, frame)
        if rhs.kind == .function { return try call(rhs, input, frame, applied: left) }
        guard case .function(let second) = try evaluate(rhs, input, frame) else {
            throw JSONataError("T2006", position: node.position, token: "~>")
        }
        if case .function(let first) = left { return try function(.composed(first, second)) }
        return try apply(second, [left], .null, frame)
    }

    func partial(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        guard let procedure = node.first else { return .undefined }
        var arguments: [Value?] = []
        for argument in node.children {
            arguments.append(argument.kind == .placeholder ? nil : try evaluate(argument, input, frame))
        }
        guard let callee = try callee(procedure, input, frame) else {
            let name = procedure.calledName
            if procedure.kind == .path, let name, frame.lookup(name) ?? Builtins.table[name]?.value != nil {
                throw JSONataError("T1007", position: node.position, token: name)
            }
            throw JSONataError("T1008", position: node.position, token: name)
        }
        switch callee {
        case .builtin(let builtin): return try partial(builtin, arguments)
        case .function(let value):
            switch value.kind {
            case .lambda(let lambda, let input, let frame):
                guard let body = lambda.first else { return .undefined }
                return try partial(lambda.parameters, body, input, frame, arguments)
            case .partial(let parameters, let body, let input, let frame):
                return try partial(parameters, body, input, frame, arguments)
            case .builtin(let builtin): return try partial(builtin, arguments)
            default: return try function(.partialNative(value, arguments))
            }
        }
    }

    private func partial(_ builtin: BuiltinFunction, _ arguments: [Value?]) throws -> Value {
        var given = Array(arguments.prefix(builtin.parameterCount))
        while given.count < builtin.parameterCount { given.append(.some(.undefined)) }
        return try function(.partialBuiltin(builtin, given))
    }

    private func partial(
        _ parameters: [String],
        _ body: Node,
        _ input: Value,
        _ frame: Frame,
        _ arguments: [Value?]
    ) throws -> Value {
        let scope = Frame(parent: frame)
        var open: [String] = []
        for (position, parameter) in parameters.enumerated() {
            if position >= arguments.count {
                scope.bind(parameter, .undefined)
            } else if let value = arguments[position] {
                bind(parameter, value, in: scope)
            } else {
                open.append(parameter)
            }
        }
        return try function(.partial(parameters: open, body: body, input: input, frame: scope))
    }

    // MARK: Application

    /// The result of a function; tail calls loop here instead of nesting.
    func apply(
        _ function: FunctionValue,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        _ site: CallSite = CallSite()
    ) throws -> Value {
        try apply(.function(function), arguments, input, frame, site)
    }

    private func apply(
        _ callee: Callee,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        _ site: CallSite
    ) throws -> Value {
        var result = try invoke(callee, arguments, input, frame, site)
        while case .function(let value) = result, case .thunk(let node, let input, let scope) = value.kind {
            try charge()
            guard let procedure = node.first else { return .undefined }
            let next = try self.callee(procedure, input, scope)
            var arguments: [Value] = []
            arguments.reserveCapacity(node.children.count)
            for argument in node.children { arguments.append(try evaluate(argument, input, scope)) }
            guard let next else { throw JSONataError("T1006") }
            let name = procedure.kind == .variable ? procedure.text : nil
            result = try invoke(next, arguments, input, scope, CallSite(name: name, position: procedure.position))
        }
        return result
    }

    private func invoke(
        _ callee: Callee,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        _ site: CallSite
    ) throws -> Value {
        do {
            switch callee {
            case .builtin(let builtin): return try invoke(builtin, arguments, input, frame)
            case .function(let function): return try invoke(function, arguments, input, frame)
            }
        } catch var error as JSONataError {
            if error.token == nil { error.token = site.name }
            if let position = site.position, position > 0 { error.position = position }
            throw error
        }
    }

    private func invoke(
        _ builtin: BuiltinFunction,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame
    ) throws -> Value {
        let validated = try builtin.signature?.validate(arguments, context: input) ?? arguments
        return try builtin.body(self, Arguments(values: validated, input: input, frame: frame))
    }

    private func invoke(
        _ function: FunctionValue,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame
    ) throws -> Value {
        switch function.kind {
        case .builtin(let builtin): return try invoke(builtin, arguments, input, frame)
        case .lambda(let node, let captured, let scope):
            guard let body = node.first else { return .undefined }
            let validated = try node.signature?.validate(arguments, context: input) ?? arguments
            return try evaluate(body, captured, self.scope(node.parameters, validated, scope))
        case .partial(let parameters, let body, let captured, let scope):
            return try evaluate(body, captured, self.scope(parameters, arguments, scope))
        case .thunk: return .function(function)
        case .partialBuiltin(let builtin, let given):
            let values = Evaluator.fill(given, with: arguments)
            return try builtin.body(self, Arguments(values: values, input: .undefined, frame: frame))
        case .partialNative(let inner, let given):
            return try apply(inner, Evaluator.fill(given, with: arguments), input, frame)
        case .composed(let first, let second):
            let between = try apply(first, [arguments.first ?? .undefined], .null, frame)
            return try apply(second, [between], .null, frame)
        case .regex(let program): return try match(program, arguments)
        case .nextMatch(let program, let subject, let start): return try nextMatch(program, subject, start)
        case .transform(let node, let scope):
            let validated = try Builtins.transformSignature?.validate(arguments, context: input) ?? arguments
            return try transform(node, validated.first ?? .undefined, scope)
        }
    }

    private static func fill(_ given: [Value?], with arguments: [Value]) -> [Value] {
        var rest = arguments.makeIterator()
        return given.map { $0 ?? rest.next() ?? .undefined }
    }

    private func scope(_ parameters: [String], _ arguments: [Value], _ parent: Frame) -> Frame {
        var bindings: [(name: String, value: Value)] = []
        bindings.reserveCapacity(parameters.count)
        var holdsFunction = false
        for (position, parameter) in parameters.enumerated() {
            let value = position < arguments.count ? arguments[position] : .undefined
            if value.holdsFunction { holdsFunction = true }
            bindings.append((parameter, value))
        }
        let scope = Frame(parent: parent, bindings: bindings)
        if holdsFunction { remember(scope) }
        return scope
    }
}

extension Value {
    /// Whether JavaScript takes the value for true, by which the reference implementation decides what to suggest.
    fileprivate func isTrueInHost() throws -> Bool {
        switch self {
        case .array, .object, .function, .tuple: true
        default: try isTrue()
        }
    }
}
