import Basics
import JSON

/// The results of `tools/list`, rendered once for each version of the list and each revision of the protocol.
final class MCPToolPages: Sendable {
    /// What the pages of one list are made with.
    struct Layout: Sendable, Hashable {
        var protocolVersion: MCPVersion
        /// Tools a page.
        var pageSize: Int
        /// How long a client may keep a page, in milliseconds.
        var timeToLive: Int
        /// The member `_meta` of a modern result.
        var meta: JSONValue
    }

    private struct Rendered: Sendable {
        var listVersion: String
        var pages: [MCPVersion: [[UInt8]]]
    }

    private let rendered = Locked(Rendered(listVersion: "", pages: [:]))

    /// The result for a cursor; the first page without one.
    ///
    /// - Throws: ``MCPFailure`` when the cursor is not one of this list in its present version.
    func page(of list: MCPToolList, cursor: String?, layout: Layout) throws(MCPFailure) -> [UInt8] {
        let number: Int
        if let cursor {
            guard let known = MCPToolPages.page(cursor, in: list) else { throw MCPToolPages.badCursor }
            number = known
        } else {
            number = 0
        }
        let cached: [[UInt8]]? = rendered.withLock { rendered in
            rendered.listVersion == list.version ? rendered.pages[layout.protocolVersion] : nil
        }
        let pages = cached ?? render(list, layout)
        guard pages.indices.contains(number) else { throw MCPToolPages.badCursor }
        return pages[number]
    }

    private static let badCursor = MCPFailure.invalidParams(
        "The cursor does not belong to the present list of tools. List again without a cursor"
    )

    private func render(_ list: MCPToolList, _ layout: Layout) -> [[UInt8]] {
        let size = max(1, layout.pageSize)
        let starts = list.tools.isEmpty ? [0] : Array(stride(from: 0, to: list.tools.count, by: size))
        let pages = starts.enumerated().map { number, start in
            MCPToolPages.page(
                list.tools[start..<min(start + size, list.tools.count)],
                next: number + 1 < starts.count ? MCPToolPages.cursor(number + 1, in: list) : nil,
                layout
            )
        }
        rendered.withLock { rendered in
            if rendered.listVersion != list.version { rendered = Rendered(listVersion: list.version, pages: [:]) }
            rendered.pages[layout.protocolVersion] = pages
        }
        return pages
    }

    private static func page(_ tools: ArraySlice<MCPTool>, next: String?, _ layout: Layout) -> [UInt8] {
        var writer = JSONWriter(capacity: tools.count * 1024 + 256)
        writer.beginObject()
        writer.name("tools")
        writer.beginArray()
        for tool in tools { write(tool, layout.protocolVersion, to: &writer) }
        writer.endArray()
        if let next {
            writer.name("nextCursor")
            writer.string(next)
        }
        if layout.protocolVersion.isModern {
            writer.name("resultType")
            writer.string("complete")
            writer.name("ttlMs")
            writer.integer(layout.timeToLive)
            // What a client sees depends on its token, so no cache may show it to another.
            writer.name("cacheScope")
            writer.string("private")
            writer.name("_meta")
            writer.value(layout.meta)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ tool: MCPTool, _ version: MCPVersion, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("name")
        writer.string(tool.name)
        if version.hasStructuredContent, let title = tool.title {
            writer.name("title")
            writer.string(title)
        }
        writer.name("description")
        writer.string(tool.description)
        writer.name("inputSchema")
        writer.value(tool.inputSchema)
        if let schema = tool.outputSchema, version.hasStructuredContent,
            version.hasAnyStructure || schema["type"]?.string == "object"
        {
            writer.name("outputSchema")
            writer.value(schema)
        }
        if version.hasAnnotations, let annotations = tool.annotations {
            writer.name("annotations")
            writer.value([
                "readOnlyHint": .bool(annotations.readOnly),
                "destructiveHint": .bool(annotations.destructive),
                "idempotentHint": .bool(annotations.idempotent),
                "openWorldHint": .bool(annotations.openWorld),
            ])
        }
        if version.hasCoreTasks, tool.startsTask {
            writer.name("execution")
            writer.value(["taskSupport": "optional"])
        }
        writer.endObject()
    }

    /// A cursor names a page and the version of the list, so that one from before a change is known to be old.
    private static func cursor(_ page: Int, in list: MCPToolList) -> String {
        Base64.encodeURL(Array("\(page):\(list.version)".utf8))
    }

    private static func page(_ cursor: String, in list: MCPToolList) -> Int? {
        guard let bytes = Base64.decodeURL(cursor), let text = String(validating: bytes, as: UTF8.self),
            let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...] == list.version
        else { return nil }
        return Int(text[..<colon])
    }
}
