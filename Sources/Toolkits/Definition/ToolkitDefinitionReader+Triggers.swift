import JSON

extension ToolkitDefinitionReader {
    /// Reads `triggers`; nil when there are none.
    mutating func readTriggers(_ root: DefinitionReader.Section, fields: [String]) -> TriggerRules? {
        let keys = ["signature", "type", "delivery", "pings", "types"]
        guard let section = reader.section(root, "triggers", keys: keys),
            let signature = reader.section(
                section,
                "signature",
                keys: ["header", "algorithm", "encoding", "prefix", "secret"],
                required: true
            ),
            let header = reader.string(signature, "header", required: true),
            let algorithm = reader.string(signature, "algorithm", required: true),
            let encoding: TriggerRules.Encoding = reader.choice(signature, "encoding", required: true),
            let secret = reader.string(signature, "secret", required: true)
        else { return nil }
        if algorithm != "hmac_sha256" { reader.error(signature.place("algorithm"), "must be hmac_sha256") }
        if !fields.contains(secret) {
            reader.error(signature.place("secret"), "must be one of the fields of \"authentication\"")
        }
        guard let type = reader.pointer(section, "type") else {
            reader.error(section.pointer, "\"type\" must say where a body has its name")
            return nil
        }
        var triggers: [TriggerRules.Trigger] = []
        for entry in reader.sections(section, "types", keys: ["name", "title", "description", "beta", "guess"]) {
            guard let name = reader.string(entry, "name", required: true),
                let title = reader.string(entry, "title", required: true)
            else { continue }
            if triggers.contains(where: { $0.name == name }) { reader.error(entry.place("name"), "is there twice") }
            triggers.append(
                TriggerRules.Trigger(
                    name: name,
                    title: title,
                    description: reader.string(entry, "description"),
                    isBeta: reader.bool(entry, "beta") ?? false,
                    isGuess: reader.bool(entry, "guess") ?? false
                )
            )
        }
        return TriggerRules(
            header: header,
            secret: secret,
            triggers: triggers,
            encoding: encoding,
            prefix: reader.string(signature, "prefix") ?? "",
            type: type,
            delivery: reader.pointer(section, "delivery"),
            pings: reader.strings(section, "pings")
        )
    }
}
