/// The parsed form of an expression.
///
/// Safe to share between threads because nothing writes to a node once the parser has returned.
final class SyntaxTree: @unchecked Sendable {
    let root: Node
    let text: String
    /// Every node, which keeps releasing a deep tree from recursing.
    let nodes: [Node]

    init(root: Node, text: String, nodes: [Node]) {
        self.root = root
        self.text = text
        self.nodes = nodes
    }

    deinit {
        for node in nodes { node.clear() }
    }
}
