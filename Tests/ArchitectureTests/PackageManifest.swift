/// The targets of Package.swift, read as text: asking SwiftPM would wait for the build that runs this test.
struct PackageManifest {
    /// For each target the modules that it depends on.
    let dependencies: [String: Set<String>]

    init(text: String) {
        let products = Dictionary(
            text.matches(of: #/let (?<name>\w+) = Target\.Dependency\.product\(name: "(?<module>\w+)"/#)
                .map { (String($0.name), String($0.module)) },
            uniquingKeysWith: { first, _ in first })
        var found: [String: Set<String>] = [:]
        let declaration = #/\.(?:target|executableTarget|testTarget|systemLibrary)\(\s*name: "(?<name>\w+)"/#
        let starts = text.matches(of: declaration)
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : text.endIndex
            let block = text[start.range.upperBound..<end]
            found[String(start.name)] = Self.dependencies(in: block, products: products)
        }
        dependencies = found
    }

    private static func dependencies(in block: Substring, products: [String: String]) -> Set<String> {
        guard let list = block.firstMatch(of: #/dependencies:\s*\[(?<items>[^\]]*)\]/#) else { return [] }
        let plain = list.items.replacing(#/package: "[^"]*"/#, with: "")
        let quoted = plain.matches(of: #/"(?<name>\w+)"/#).map { String($0.name) }
        let unquoted = plain.replacing(#/\.product\([^)]*\)|"[^"]*"/#, with: "")
        let named = unquoted.matches(of: #/\w+/#).compactMap { products[String($0.output)] }
        return Set(quoted + named)
    }
}
