import Foundation
import Yams

/// A YAML file that is read strictly: every problem in it is collected with its place, and all are told at once.
final class YAMLDocument {
    let file: String
    /// What `${NAME}` in the file stands for.
    let variables: [String: String]
    private var problems: [Problem] = []
    private var lines: [[Unicode.Scalar]] = []

    init(file: String, variables: [String: String] = [:]) {
        self.file = file
        self.variables = variables
    }

    /// Reads the file's text as what `reader` describes; throws everything that is wrong with it.
    func read<Value>(_ text: String, as reader: ValueReader<Value>) throws(SettingsError) -> Value {
        let root = try compose(text)
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        let value = reader.read(SettingNode(node: root, name: nil, document: self))
        guard problems.isEmpty, let value else { throw refusal() }
        return value
    }

    func report(_ sentence: String, at mark: Mark?) {
        report(sentence, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    func report(_ sentence: String, line: Int, column: Int) {
        problems.append(Problem(file: file, line: line, column: column, sentence: sentence))
    }

    /// A line of the file by its number, from 1; nil beyond the end.
    func line(_ number: Int) -> [Unicode.Scalar]? { lines.indices.contains(number - 1) ? lines[number - 1] : nil }

    private func refusal() -> SettingsError {
        let sorted = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        let told = Array(sorted.prefix(Limits.problems))
        return .invalid(problems: told, omitted: sorted.count - told.count)
    }
}

extension YAMLDocument {
    /// The text of a settings file, at most `Limits.fileBytes` of it.
    static func text(of file: String) throws(SettingsError) -> String {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw .unreadable(file: file, reason: String(cString: strerror(errno)))
        }
        let data: Data
        do {
            data = try handle.read(upToCount: Limits.fileBytes + 1) ?? Data()
        } catch {
            throw .unreadable(file: file, reason: error.localizedDescription)
        }
        guard data.count <= Limits.fileBytes else { throw .tooLarge(file: file, limitBytes: Limits.fileBytes) }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw .unreadable(file: file, reason: "it is not UTF-8 text")
        }
        return text
    }

    private func compose(_ text: String) throws(SettingsError) -> Node {
        guard text.utf8.count <= Limits.fileBytes else { throw .tooLarge(file: file, limitBytes: Limits.fileBytes) }
        guard countAliases(in: text) <= Limits.aliases else {
            report("more than \(Limits.aliases) YAML aliases ('*name'); write the values out.", at: nil)
            throw refusal()
        }
        do {
            guard let root = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
                report("the file is empty.", at: nil)
                throw refusal()
            }
            return root
        } catch let error as SettingsError {
            throw error
        } catch {
            reportSyntax(error)
            throw refusal()
        }
    }

    /// Counts what can be an alias before the parser sees it, because the parser compares expanded mapping keys.
    private func countAliases(in text: String) -> Int {
        zip(text.utf8, text.utf8.dropFirst()).count { first, second in
            first == UInt8(ascii: "*") && !" \t\r\n.*/".utf8.contains(second)
        }
    }

    private func reportSyntax(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report("this is no valid YAML: \(problem).", at: mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            report("\(names) is written more than once in this mapping; keep one.", at: context.mark)
        case .reader(let problem, _, _, _):
            report("this is no valid YAML: \(problem).", at: nil)
        default:
            report("this is no valid YAML.", at: nil)
        }
    }
}
