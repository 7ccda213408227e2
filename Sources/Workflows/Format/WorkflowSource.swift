import Cryptography
package import JSON

/// All text that decides what a workflow does: the file itself, and the prompt files that it names.
package struct WorkflowSource: Sendable, Hashable {
    package var text: [UInt8]
    /// Content by path below the home folder.
    package var prompts: [String: String]

    package init(text: [UInt8], prompts: [String: String] = [:]) {
        self.text = text
        self.prompts = prompts
    }

    /// The SHA-256 of the file, in hexadecimal; with prompts, of the file followed by a zero byte, the path, a zero byte and
    /// the content of each, in the order of the paths.
    package var sha256: String {
        var hash = SHA256()
        hash.update(text)
        for (path, content) in prompts.sorted(by: { $0.key < $1.key }) {
            hash.update("\0" + path + "\0" + content)
        }
        let digits = Array("0123456789abcdef")
        var hexadecimal = ""
        for byte in hash.finalize() {
            hexadecimal.append(digits[Int(byte >> 4)])
            hexadecimal.append(digits[Int(byte & 15)])
        }
        return hexadecimal
    }

    /// The source as one value, to be kept with a run.
    package var json: JSONValue {
        var files = JSONObject()
        for (path, content) in prompts.sorted(by: { $0.key < $1.key }) { files[path] = .string(content) }
        return ["text": .string(String(decoding: text, as: UTF8.self)), "prompts": .object(files)]
    }

    /// A source that was kept; nil for anything else.
    package init?(json: JSONValue) {
        guard let text = json["text"]?.string, let files = json["prompts"]?.object else { return nil }
        self.text = Array(text.utf8)
        prompts = [:]
        for file in files {
            guard let content = file.value.string else { return nil }
            prompts[file.name] = content
        }
    }
}
