import Basics
import Cryptography
import JSON

/// Vectors on disk, by the hash of their text: one JSON object a line, after a line that names the model.
enum EmbeddingFile {
    private static let largest = 512 << 20
    private static let characters = 24

    /// The name that a text's vector is kept under.
    static func name(of text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = SHA256.hash(text).prefix(characters / 2).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What a file holds for a model; nil when it is of another one, is not there, or cannot be read.
    static func read(_ path: String, model: String) -> [String: [Float]]? {
        guard TextFile.isFile(path), let bytes = try? TextFile.read(path, limit: largest) else { return nil }
        var lines = bytes.split(separator: 0x0A)[...]
        guard let head = lines.popFirst(), let named = try? JSONParser.parse(Array(head)),
            named["model"]?.string == model
        else { return nil }
        var vectors: [String: [Float]] = [:]
        for line in lines {
            // A line that is cut short is made anew.
            guard let value = try? JSONParser.parse(Array(line)), let name = value["h"]?.string,
                let numbers = value["v"]?.array
            else { continue }
            vectors[name] = numbers.map { Float($0.number?.double ?? 0) }
        }
        return vectors
    }

    static func write(_ vectors: [String: [Float]], model: String, to path: String) throws(SystemError) {
        var bytes = JSONWriter.bytes(of: ["model": .string(model)]) + [0x0A]
        for (name, vector) in vectors.sorted(by: { $0.key < $1.key }) {
            var writer = JSONWriter(capacity: vector.count * 12)
            writer.value(["h": .string(name), "v": .array(vector.map { .double(Double($0)) })])
            bytes += writer.bytes + [0x0A]
        }
        try TextFile.write(bytes, to: path, mode: 0o600)
    }
}
