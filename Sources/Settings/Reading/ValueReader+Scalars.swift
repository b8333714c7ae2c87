import Domain
import Yams

extension ValueReader where Value == String {
    /// A text of 1 to `limit` bytes without control characters; numbers and truth values are taken as written.
    static func text(limit: Int = Limits.textBytes) -> ValueReader {
        scalar(
            "a text of 1 to \(limit) bytes without control characters",
            schema: ["type": .array([.text("string"), .text("number"), .text("boolean")])]
        ) { node in
            node.text.flatMap { (1...limit).contains($0.utf8.count) && !$0.hasControlCharacters ? $0 : nil }
        }
    }

    /// A path inside the release's folder.
    static var relativePath: ValueReader {
        scalar("a relative path inside the release, without '..'") { node in
            node.text.flatMap { RelativePath.accepts($0) ? $0 : nil }
        }
    }

    /// A path of a file or folder on this machine.
    static var localPath: ValueReader {
        scalar("a path") { node in
            node.text.flatMap { (1...4_096).contains($0.utf8.count) && !$0.hasControlCharacters ? $0 : nil }
        }
    }

    /// The path of a URL, with its query when there is one.
    static var urlPath: ValueReader {
        scalar("a path that begins with '/', without spaces") { node in
            node.text.flatMap { text in
                text.hasPrefix("/") && text.utf8.count <= 2_048 && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
                    ? text : nil
            }
        }
    }
}

extension ValueReader {
    /// A name that keeps its type's rule.
    static func name(_ type: Value.Type) -> ValueReader where Value: ValidatedName {
        let schema: JSONValue = .object([
            "type": .array([.text("string"), .text("number")]), "$comment": .text("Use \(Value.rule)."),
        ])
        return ValueReader(schema: { schema }) { node in
            guard node.text != nil else {
                node.refuse(expected: "a \(Value.noun): \(Value.rule)")
                return nil
            }
            return node.validatedName(type)
        }
    }
}

extension SettingNode {
    /// The scalar as a name, or nil after the broken rule has been reported.
    func validatedName<Name: ValidatedName>(_ type: Name.Type) -> Name? {
        do throws(InvalidName) {
            return try Name(node.scalar?.string ?? "")
        } catch {
            report(error.description)
            return nil
        }
    }
}

extension ValueReader where Value == Int {
    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>) -> ValueReader {
        scalar(
            "a whole number from \(range.lowerBound) to \(range.upperBound)",
            schema: [
                "type": .text("integer"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
            ]
        ) { node in
            node.plainText.flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size such as `512MiB`, in bytes.
    static func size(_ range: ClosedRange<Int>) -> ValueReader {
        let limits = "from \(Quantity.size(range.lowerBound)) to \(Quantity.size(range.upperBound))"
        return scalar(
            "a size \(limits), such as 512MiB or 2GiB",
            schema: ["type": .text("string"), "pattern": .text("^[0-9]+(KiB|MiB|GiB)$")]
        ) { node in
            node.text.flatMap(Quantity.bytes).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueReader where Value == Int {
    /// A percentage such as `5%` or `0.5%`, in hundredths of a percent.
    static func percentage(basisPoints range: ClosedRange<Int>) -> ValueReader {
        let limits = "from \(Quantity.percentage(range.lowerBound)) to \(Quantity.percentage(range.upperBound))"
        return scalar(
            "a percentage \(limits), such as 5% or 0.5%",
            schema: ["type": .text("string"), "pattern": .text("^[0-9]+(\\.[0-9]{1,2})?%$")]
        ) { node in
            node.text.flatMap(Quantity.basisPoints).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueReader where Value == Double {
    /// A number, whole or not, with a sign or an exponent.
    static var number: ValueReader {
        scalar("a number such as 3, -0.5 or 1e6", schema: ["type": .text("number")]) { node in
            guard let text = node.plainText,
                text.wholeMatch(of: /[+\-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?/) != nil
            else { return nil }
            return Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// A duration such as `30s`, in seconds; `range` is in milliseconds.
    static func duration(milliseconds range: ClosedRange<Int>) -> ValueReader {
        let limits = "from \(Quantity.duration(range.lowerBound)) to \(Quantity.duration(range.upperBound))"
        return scalar(
            "a duration \(limits), such as 250ms, 30s, 5m or 2h",
            schema: ["type": .text("string"), "pattern": .text("^[0-9]+(ms|s|m|h|d)$")]
        ) { node in
            node.text.flatMap(Quantity.milliseconds)
                .flatMap { range.contains($0) ? Double($0) / 1_000 : nil }
        }
    }
}

extension ValueReader where Value == Bool {
    static var boolean: ValueReader {
        scalar("true or false", schema: ["type": .text("boolean")]) { node in
            node.plainText.flatMap { Bool($0) }
        }
    }
}

extension String {
    var hasControlCharacters: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
    }
}
