import Foundation
import Testing

/// One Swift file of the package, with its text.
struct SourceFile: CustomTestStringConvertible {
    /// The target that it belongs to.
    let target: String
    /// Below the package's folder.
    let path: String
    let lines: [String]

    var testDescription: String { path }
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// The modules that it imports, with the number of the line (from 1).
    var imports: [(module: String, line: Int)] {
        lines.enumerated().compactMap { index, line in
            guard line.contains("import "), let match = line.wholeMatch(of: Self.importStatement) else { return nil }
            return (String(match.module), index + 1)
        }
    }

    private static var importStatement: Regex<(Substring, module: Substring)> {
        #/
        (?: @\w+ (?: \([^)]*\) )? \s+ )*
        (?: (?: package | public | internal | private | fileprivate ) \s+ )?
        import \s+
        (?: (?: struct | class | enum | func | protocol | typealias | var | let ) \s+ )?
        (?<module> \w+ ) [\w.]* \s*
        /#
    }
}

/// The package's files as they are on disk.
enum SourceTree {
    /// The folder of Package.swift.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Where targets live: each folder in these is one.
    static let targetFolders = ["Sources", "FreightOps/Sources", "Benchmarks/Sources", "Tests"]

    static let files: [SourceFile] = targetFolders.flatMap { folder in
        paths(below: folder).filter { $0.hasSuffix(".swift") }.map { path in
            let target = path.dropFirst(folder.count + 1).prefix { $0 != "/" }
            return SourceFile(target: String(target), path: path, lines: lines(of: path))
        }
    }

    static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    static func lines(of path: String) -> [String] { text(of: path).components(separatedBy: "\n") }

    /// All files and folders below a folder, as paths below the package's folder.
    static func paths(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap {
            $0 as? String
        }
        return (names ?? []).map { "\(folder)/\($0)" }.sorted()
    }
}
