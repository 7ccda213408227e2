import JSON

/// Reads an expression by operator precedence (Pratt's method), with the binding powers of the reference implementation.
struct Parser {
    /// How deep an expression may nest.
    static let maximumHeight = 1000

    private var tokenizer: Tokenizer
    private var token: Token
    private(set) var nodes: [Node] = []
    private var depth = 0

    /// The tree of an expression.
    ///
    /// - Throws: ``JSONataError`` with an `S` code.
    static func parse(_ text: String) throws -> SyntaxTree {
        // A text this short, with this few symbols that nest, cannot go deeper than the smallest stack allows.
        if text.utf8.count < 300, text.utf8.lazy.filter(nests).count < 40 { return try parseHere(text) }
        return try DeepStack.run { try parseHere(text) }
    }

    private static func nests(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28, 0x5B, 0x7B, 0x7C, 0x2D, 0x3F, 0x3A, 0x5E: true
        default: false
        }
    }

    private static func parseHere(_ text: String) throws -> SyntaxTree {
        var parser = try Parser(text)
        let raw: Node
        do {
            raw = try parser.expression(0)
            guard parser.token.kind == .end else {
                throw JSONataError("S0201", position: parser.token.position, token: parser.token.shown)
            }
        } catch {
            for node in parser.nodes { node.clear() }
            throw error
        }
        var processor = TreeProcessor(nodes: parser.nodes)
        do {
            let root = try processor.processRoot(raw)
            return SyntaxTree(root: root, text: text, nodes: processor.nodes)
        } catch {
            for node in processor.nodes { node.clear() }
            throw error
        }
    }

    private init(_ text: String) throws {
        tokenizer = Tokenizer(text)
        token = try Parser.next(&tokenizer, afterOperand: false)
    }

    // MARK: Tokens

    private mutating func advance(_ symbol: String? = nil, afterOperand: Bool = false) throws {
        if let symbol, !token.isSymbol(symbol) {
            let code = token.kind == .end ? "S0203" : "S0202"
            throw JSONataError(code, position: token.position, token: token.shown, value: .string(symbol))
        }
        token = try Parser.next(&tokenizer, afterOperand: afterOperand)
    }

    private static func next(_ tokenizer: inout Tokenizer, afterOperand: Bool) throws -> Token {
        let token = try tokenizer.next(afterOperand: afterOperand)
        if token.kind == .symbol, token.text == "!" || token.text == "~" {
            throw JSONataError("S0204", position: token.position, token: token.text)
        }
        return token
    }

    private func bindingPower(_ token: Token) -> Int {
        guard token.kind == .symbol else { return 0 }
        switch token.text {
        case "[", "(", "@", "#": return 80
        case ".": return 75
        case "{": return 70
        case "*", "/", "%": return 60
        case "+", "-", "&": return 50
        case "=", "<", ">", "!=", "<=", ">=", "~>", "in", "^", "??", "?:": return 40
        case "and": return 30
        case "or": return 25
        case "?": return 20
        case ":=": return 10
        default: return 0
        }
    }

    private mutating func make(_ kind: Node.Kind, _ token: Token) -> Node {
        let node = Node(kind, text: token.text, position: token.position, start: token.start)
        nodes.append(node)
        return node
    }

    private func sized(_ node: Node, over parts: Node?...) throws -> Node {
        try sized(node, over: parts)
    }

    private func sized(_ node: Node, over parts: [Node?]) throws -> Node {
        node.height = 1 + (parts.lazy.compactMap { $0?.height }.max() ?? 0)
        guard node.height <= Parser.maximumHeight else { throw tooDeep(node.position) }
        return node
    }

    private func tooDeep(_ position: Int) -> JSONataError {
        JSONataError("U1001", position: position, message: "The expression nests too deeply; split it with variables.")
    }

    // MARK: Expressions

    private mutating func expression(_ rightPower: Int) throws -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Parser.maximumHeight else { throw tooDeep(token.position) }
        let first = token
        try advance(afterOperand: true)
        var left = try prefix(first)
        while rightPower < bindingPower(token) {
            let symbol = token
            try advance()
            left = try infix(symbol, left)
        }
        return left
    }

    private mutating func prefix(_ first: Token) throws -> Node {
        switch first.kind {
        case .name: return make(.name, first)
        case .variable: return make(.variable, first)
        case .string:
            let node = make(.string, first)
            node.literal = .string(first.text)
            return node
        case .number:
            let node = make(.number, first)
            node.literal = Value(first.number)
            return node
        case .value:
            let node = make(.value, first)
            node.literal = Value(first.literal)
            return node
        case .regex:
            let node = make(.regex, first)
            node.regex = first.regex
            return node
        case .end: return make(.end, first)
        case .symbol: return try prefixSymbol(first)
        }
    }

    private mutating func prefixSymbol(_ symbol: Token) throws -> Node {
        switch symbol.text {
        case "and", "or", "in": return make(.operatorName, symbol)
        case "*": return make(.wildcard, symbol)
        case "**": return make(.descendant, symbol)
        case "%": return make(.parent, symbol)
        case "-":
            let node = make(.negate, symbol)
            node.first = try expression(70)
            return try sized(node, over: node.first)
        case "(": return try block(symbol)
        case "[": return try arrayConstructor(symbol)
        case "{":
            let node = make(.object, symbol)
            node.pairs = try members()
            return try sized(node, over: node.pairs.flatMap { [$0.key, $0.value] })
        case "|": return try transform(symbol)
        default: throw JSONataError("S0211", position: symbol.position, token: symbol.text)
        }
    }

    private mutating func block(_ symbol: Token) throws -> Node {
        let node = make(.block, symbol)
        while !token.isSymbol(")") {
            node.children.append(try expression(0))
            if !token.isSymbol(";") { break }
            try advance(";")
        }
        try advance(")", afterOperand: true)
        return try sized(node, over: node.children)
    }

    private mutating func arrayConstructor(_ symbol: Token) throws -> Node {
        let node = make(.array, symbol)
        if !token.isSymbol("]") {
            while true {
                var item = try expression(0)
                if token.isSymbol("..") {
                    let range = make(.binary, token)
                    range.op = .range
                    try advance("..")
                    range.first = item
                    range.second = try expression(0)
                    item = try sized(range, over: item, range.second)
                }
                node.children.append(item)
                if !token.isSymbol(",") { break }
                try advance(",")
            }
        }
        try advance("]", afterOperand: true)
        return try sized(node, over: node.children)
    }

    private mutating func members() throws -> [Node.Pair] {
        var pairs: [Node.Pair] = []
        if !token.isSymbol("}") {
            while true {
                let key = try expression(0)
                try advance(":")
                pairs.append(Node.Pair(key: key, value: try expression(0)))
                if !token.isSymbol(",") { break }
                try advance(",")
            }
        }
        try advance("}", afterOperand: true)
        return pairs
    }

    private mutating func transform(_ symbol: Token) throws -> Node {
        let node = make(.transform, symbol)
        node.first = try expression(0)
        try advance("|")
        node.second = try expression(0)
        if token.isSymbol(",") {
            try advance(",")
            node.third = try expression(0)
        }
        try advance("|")
        return try sized(node, over: node.first, node.second, node.third)
    }

    private static func plainOperator(_ symbol: String) -> Node.Operator? {
        switch symbol {
        case ".": .dot
        case "+": .add
        case "-": .subtract
        case "*": .multiply
        case "/": .divide
        case "%": .remainder
        case "=": .equal
        case "<": .less
        case ">": .greater
        case "!=": .notEqual
        case "<=": .lessOrEqual
        case ">=": .greaterOrEqual
        case "&": .concatenate
        case "and": .and
        case "or": .or
        case "in": .contains
        case "~>": .apply
        default: nil
        }
    }

    private mutating func infix(_ symbol: Token, _ left: Node) throws -> Node {
        if let op = Parser.plainOperator(symbol.text) {
            let node = make(.binary, symbol)
            node.op = op
            node.first = left
            node.second = try expression(bindingPower(symbol))
            return try sized(node, over: left, node.second)
        }
        switch symbol.text {
        case "(": return try call(symbol, left)
        case "[": return try filter(symbol, left)
        case "{":
            let node = make(.binary, symbol)
            node.op = .group
            node.first = left
            node.pairs = try members()
            return try sized(node, over: [left] + node.pairs.flatMap { [$0.key, $0.value] })
        case "^": return try order(symbol, left)
        case ":=":
            guard left.kind == .variable else {
                throw JSONataError("S0212", position: left.position, token: left.text)
            }
            let node = make(.binary, symbol)
            node.op = .assign
            node.first = left
            node.second = try expression(9)
            return try sized(node, over: node.second)
        case "@", "#":
            let node = make(.binary, symbol)
            node.op = symbol.text == "@" ? .focus : .index
            node.first = left
            let name = try expression(80)
            guard name.kind == .variable else {
                throw JSONataError("S0214", position: name.position, token: symbol.text)
            }
            node.second = name
            return try sized(node, over: left)
        case "?":
            let node = make(.condition, symbol)
            node.first = left
            node.second = try expression(0)
            if token.isSymbol(":") {
                try advance(":")
                node.third = try expression(0)
            }
            return try sized(node, over: left, node.second, node.third)
        case "??", "?:":
            let node = make(symbol.text == "??" ? .coalesce : .fallback, symbol)
            node.first = left
            node.second = try expression(0)
            return try sized(node, over: left, node.second)
        default: throw JSONataError("S0201", position: symbol.position, token: symbol.text)
        }
    }

    private mutating func filter(_ symbol: Token, _ left: Node) throws -> Node {
        if token.isSymbol("]") {
            var step = left
            while step.kind == .binary, step.op == .filter, let inner = step.first { step = inner }
            step.keepsArray = true
            try advance("]")
            return left
        }
        let node = make(.binary, symbol)
        node.op = .filter
        node.first = left
        node.second = try expression(0)
        try advance("]", afterOperand: true)
        return try sized(node, over: left, node.second)
    }

    private mutating func order(_ symbol: Token, _ left: Node) throws -> Node {
        let node = make(.binary, symbol)
        node.op = .order
        node.first = left
        try advance("(")
        while true {
            var isDescending = false
            if token.isSymbol("<") {
                try advance("<")
            } else if token.isSymbol(">") {
                isDescending = true
                try advance(">")
            }
            node.terms.append(Node.SortTerm(isDescending: isDescending, expression: try expression(0)))
            if !token.isSymbol(",") { break }
            try advance(",")
        }
        try advance(")")
        return try sized(node, over: [left] + node.terms.map(\.expression))
    }

    private mutating func call(_ symbol: Token, _ left: Node) throws -> Node {
        let node = make(.function, symbol)
        node.first = left
        if !token.isSymbol(")") {
            while true {
                if token.isSymbol("?") {
                    node.kind = .partial
                    node.children.append(make(.placeholder, token))
                    try advance("?")
                } else {
                    node.children.append(try expression(0))
                }
                if !token.isSymbol(",") { break }
                try advance(",")
            }
        }
        try advance(")", afterOperand: true)
        if left.kind == .name, left.text == "function" || left.text == "λ" { return try lambda(node) }
        return try sized(node, over: [left] + node.children)
    }

    private mutating func lambda(_ node: Node) throws -> Node {
        for (index, argument) in node.children.enumerated() {
            guard argument.kind == .variable else {
                throw JSONataError(
                    "S0208",
                    position: argument.position,
                    token: argument.text,
                    value: .integer(index + 1)
                )
            }
        }
        node.kind = .lambda
        node.parameters = node.children.map(\.text)
        node.children = []
        if token.isSymbol("<") {
            let start = token.position
            var depth = 1
            var text = "<"
            while depth > 0, token.kind != .end, !token.isSymbol("{") {
                try advance()
                if token.isSymbol(">") { depth -= 1 }
                if token.isSymbol("<") { depth += 1 }
                text += token.shown
            }
            try advance(">")
            do {
                node.signature = try Signature(text)
            } catch let error as SignatureSyntaxError {
                throw JSONataError(error.code, position: start + error.offset, value: .string(error.text))
            }
        }
        try advance("{")
        node.first = try expression(0)
        try advance("}")
        return try sized(node, over: node.first)
    }
}
