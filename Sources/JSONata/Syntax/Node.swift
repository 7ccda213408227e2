/// A node of the syntax tree.
///
/// Written only by the parser, before anyone else sees it; after that it never changes.
final class Node {
    enum Kind {
        // What both the parser and the evaluator know.
        case path, binary, negate, array, object, name, string, number, value, wildcard, descendant, parent, condition
        case block, bind, regex, function, partial, placeholder, lambda, thunk, apply, transform, sort, variable
        case coalesce, fallback
        // What the parser knows before operators have become paths.
        case operatorName, end
    }

    enum Operator {
        case add, subtract, multiply, divide, remainder, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case concatenate, and, or, contains, range
        // Replaced by paths, stages and groups before evaluation.
        case dot, filter, group, order, assign, focus, index, apply
    }

    /// What a filter or a position variable does with the results of a step.
    enum Stage {
        case filter(Node)
        case index(String)
    }

    struct SortTerm {
        var isDescending: Bool
        var expression: Node
    }

    struct Pair {
        var key: Node
        var value: Node
    }

    /// Where a parent operator finds its object while tuples are built.
    final class Slot {
        var label: String
        var level = 1

        init(label: String) {
            self.label = label
        }
    }

    struct Group {
        var pairs: [Pair]
        var position: Int
        /// The keys, when all of them are strings written in the expression and no two are the same.
        var shape: Shape?
    }

    var kind: Kind
    var op = Operator.add
    /// The name, the operator or the text of a string.
    var text = ""
    var position: Int
    var start: Int
    /// The value of a literal.
    var literal = Value.undefined
    var regex: RegexProgram?
    var signature: Signature?

    /// Left side, condition, pattern of a transform, procedure of a call or body of a function.
    var first: Node?
    /// Right side, or what applies when the condition is true, or the update of a transform.
    var second: Node?
    /// What applies when the condition is false, or the delete clause of a transform.
    var third: Node?
    /// Steps of a path, arguments, elements or expressions of a block.
    var children: [Node] = []
    var pairs: [Pair] = []
    var terms: [SortTerm] = []
    var parameters: [String] = []

    var stages: [Stage] = []
    var predicates: [Stage] = []
    /// The members of an object constructor.
    var members: Group?
    var group: Group?
    var focus: String?
    var index: String?
    var slot: Slot?
    var ancestor: Slot?
    var seekingParent: [Slot] = []
    var isTuple = false
    var keepsArray = false
    var keepsSingletonArray = false
    var isConstructor = false
    /// Whether a block declares variables, and so needs a scope of its own.
    var needsScope = false
    /// The function that a variable stands for unless something hides it.
    var builtin: BuiltinFunction?
    /// Whether nothing in the expression binds the name of this variable.
    var isNeverBound = false
    /// Whether this path is one name and nothing else.
    var isPlainName = false
    /// Its place among the nodes of the expression.
    var number = 0
    /// How many levels of nodes are below.
    var height = 1

    init(_ kind: Kind, text: String = "", position: Int, start: Int) {
        self.kind = kind
        self.text = text
        self.position = position
        self.start = start
    }

    /// The name by which errors call what a call invokes.
    var calledName: String? {
        switch kind {
        case .path: children.first?.text
        case .variable, .string, .number, .value, .name, .binary: text
        case .function, .partial: "("
        case .array: "["
        case .object: "{"
        default: nil
        }
    }

    /// Lets go of the nodes below, so that a deep tree is not taken down by recursion.
    func clear() {
        first = nil
        second = nil
        third = nil
        children = []
        pairs = []
        terms = []
        stages = []
        predicates = []
        members = nil
        group = nil
    }
}
