package import DurableFiles
import Foundation
import Glibc

/// The variables that an installed configuration names, such as passwords: `NAME=value`, a line each.
///
/// systemd reads the file for the control plane's unit; this reads it by the same rules: systemd.exec(5),
/// EnvironmentFile=.
package struct EnvironmentFile: Equatable, Sendable {
    /// That of an installed configuration; root's own, or its group's too.
    package static let installed = "\(Installation.settings)/environment"

    package private(set) var variables: [String: String] = [:]
    /// The numbers of the lines that systemd passes over because they are no `NAME=value`, such as `export NAME=value`.
    package private(set) var passedOver: [Int] = []

    /// Reads a file; one that is not there has no variables.
    package static func read(_ path: String = installed) throws(FileFault) -> EnvironmentFile {
        guard access(path, R_OK) == 0 || errno != ENOENT else { return EnvironmentFile("") }
        guard access(path, R_OK) == 0 else { throw FileFault(operation: "read", path: path) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(operation: "read", path: path, code: EIO)
        }
        return EnvironmentFile(String(decoding: data, as: UTF8.self))
    }

    package init(_ text: String) {
        var rest = text.replacing("\r\n", with: "\n").unicodeScalars[...]
        var line = 1
        while !rest.isEmpty {
            let before = rest
            takeAssignment(from: &rest, line: line)
            line += before[..<rest.startIndex].count { $0 == "\n" }
        }
    }

    /// What the installed control plane finds in its environment.
    ///
    /// From systemd it gets the file's variables and none of a shell's; without systemd it has those of the shell that
    /// starts it, and the file says what they should be.
    package func variables(startedFrom shell: [String: String]) -> [String: String] {
        Systemd(root: "").isRunning ? variables : shell.merging(variables) { _, own in own }
    }
}

extension EnvironmentFile {
    private static let blanks: Set<Unicode.Scalar> = [" ", "\t"]
    /// What a backslash keeps from its meaning in double quotes.
    private static let escaped: Set<Unicode.Scalar> = ["\"", "\\", "`", "$"]

    /// Takes what there is up to and with the end of a line, or of the last line that a value goes on in.
    private mutating func takeAssignment(from rest: inout Substring.UnicodeScalarView, line: Int) {
        let start = rest.drop(while: Self.blanks.contains)
        let text = start.prefix { $0 != "\n" }
        guard let first = text.first, first != "#", first != ";" else {
            rest = start.dropFirst(text.count + 1)
            return
        }
        let key = String(text.prefix { $0 != "=" }).trimmingCharacters(in: .whitespaces)
        guard text.contains("="), key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
            passedOver.append(line)
            rest = start.dropFirst(text.count + 1)
            return
        }
        rest = start.drop { $0 != "=" }.dropFirst()
        variables[key] = Self.takeValue(from: &rest)
    }

    /// A value's quoted parts, one after the other, and what stands bare behind them up to the end of its line.
    private static func takeValue(from rest: inout Substring.UnicodeScalarView) -> String {
        var value = String.UnicodeScalarView()
        while true {
            rest = rest.drop(while: blanks.contains)
            guard let quote = rest.first, quote == "\"" || quote == "'" else { break }
            rest = rest.dropFirst()
            takeQuoted(by: quote, from: &rest, into: &value)
        }
        takeBare(from: &rest, into: &value)
        return String(value)
    }

    private static func takeQuoted(
        by quote: Unicode.Scalar, from rest: inout Substring.UnicodeScalarView,
        into value: inout String.UnicodeScalarView
    ) {
        while let scalar = rest.popFirst(), scalar != quote {
            guard quote == "\"", scalar == "\\", let next = rest.popFirst() else {
                value.append(scalar)
                continue
            }
            if !escaped.contains(next), next != "\n" { value.append(scalar) }
            if next != "\n" { value.append(next) }
        }
    }

    /// Without the blanks at its end; a backslash takes the next character as it is, and an end of line away.
    private static func takeBare(
        from rest: inout Substring.UnicodeScalarView, into value: inout String.UnicodeScalarView
    ) {
        var kept = value.count
        while let scalar = rest.popFirst(), scalar != "\n" {
            if scalar == "\\" {
                if let next = rest.popFirst(), next != "\n" { value.append(next) }
                kept = value.count
            } else {
                value.append(scalar)
                if !blanks.contains(scalar) { kept = value.count }
            }
        }
        value.removeLast(value.count - kept)
    }
}
