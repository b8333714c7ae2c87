import Foundation
import Testing

/// The house's habits that a formatter doesn't see.
struct ShapeTests {
    private enum Limits {
        static let fileLines = 500
        static let functionLines = 70
    }

    @Test(arguments: SourceTree.files)
    func `a file is at most 500 lines`(file: SourceFile) {
        #expect(file.lines.count <= Limits.fileLines)
    }

    @Test(arguments: SourceTree.files)
    func `a function is at most 70 lines`(file: SourceFile) {
        for function in FunctionScan.functions(in: file.lines) {
            #expect(function.length <= Limits.functionLines, "\(file.path):\(function.line)")
        }
    }

    @Test(arguments: SourceTree.files.filter { !$0.isTest })
    func `every package or public type has a doc comment`(file: SourceFile) {
        for line in DocumentationScan.undocumentedTypes(in: file.lines) {
            Issue.record("\(file.path):\(line): say in one sentence what this type is.")
        }
    }

    @Test(arguments: SourceTree.files)
    func `nothing is left to do and no code is commented out`(file: SourceFile) {
        for (index, line) in file.lines.enumerated() where line.contains("//") {
            let isNote = line.contains(#/\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/#)
            let isCode = CommentScan.isCode(line)
            #expect(!isNote && !isCode, "\(file.path):\(index + 1)")
        }
    }

    @Test(arguments: SourceTree.files.filter { $0.isTest })
    func `a test polls for a state and never sleeps`(file: SourceFile) {
        for (index, line) in file.lines.enumerated() {
            #expect(
                !line.contains(#/\b(?:Task\.slee[p]|Thread\.slee[p]|uslee[p])\b|\bslee[p]\(/#),
                "\(file.path):\(index + 1)")
        }
    }

    @Test(arguments: SourceTree.files)
    func `no file names a person's machine`(file: SourceFile) {
        for (index, line) in file.lines.enumerated() where line.contains("/") {
            #expect(!line.contains(#/["\s(](?:/home/|/Users/|/root/|/work/)\w/#), "\(file.path):\(index + 1)")
        }
    }

    @Test func `folders are nouns of the domain`() {
        let vague: Set = ["Core", "Utils", "Utilities", "Helpers", "Common", "Managers", "Misc", "Shared", "Legacy"]
        for path in SourceTree.targetFolders.flatMap(SourceTree.paths(below:)) {
            let folders = path.split(separator: "/").dropLast().map(String.init)
            #expect(vague.isDisjoint(with: folders), "\(path)")
        }
    }
}

extension ShapeTests {
    /// See `UnixUser.becoming`: glibc's setuid may hang in the child of a process with several threads.
    @Test(arguments: SourceTree.files.filter { !$0.isTest })
    func `no child changes its account between fork and exec`(file: SourceFile) {
        for (index, line) in file.lines.enumerated() {
            #expect(!line.contains("options.userID"), "\(file.path):\(index + 1): use UnixUser.becoming")
        }
    }
}

/// Rough sight of functions: from the line that declares one to the line that closes its brace at the same depth.
enum FunctionScan {
    static func functions(in lines: [String]) -> [(line: Int, length: Int)] {
        lines.indices.compactMap { index in
            let mayDeclare = lines[index].contains("func ") || lines[index].contains("init")
            guard mayDeclare, lines[index].contains(#/^\s*(?:[@\w()]+\s+)*(?:func\s|init[?(<]|deinit\b)/#) else {
                return nil
            }
            let indentation = lines[index].prefix { $0 == " " }
            let rest = lines[index...]
            let end = rest.firstIndex { line in
                line == "\(indentation)}" || (line.hasPrefix("\(indentation)}") && line.hasSuffix("}"))
            }
            let isOneLine = lines[index].hasSuffix("}")
            return (index + 1, isOneLine ? 1 : (end ?? index) - index + 1)
        }
    }
}

/// Tells code in a comment from words.
enum CommentScan {
    static func isCode(_ line: String) -> Bool {
        guard let words = line.wholeMatch(of: #/\s*//(?!/)\s*(?<words>.*)/#)?.words else { return false }
        return words.contains(
            #/[{}]$|^(?:let|var)\s+\w+\s*[:=]|^import\s+\w+$|^func\s+\w+\(|^[\w.]+\(.*\)$|^\w+ = \S+$/#)
    }
}

/// Finds types that other targets see and that no doc comment explains.
enum DocumentationScan {
    /// The numbers (from 1) of their lines.
    static func undocumentedTypes(in lines: [String]) -> [Int] {
        lines.indices.filter { index in
            let isSeen = lines[index].contains("package ") || lines[index].contains("public ")
            return isSeen
                && lines[index].contains(
                    #/^\s*(?:package|public)\s+(?:final\s+|indirect\s+)*(?:struct|class|enum|actor|protocol)\s/#)
                && !hasComment(above: index, in: lines)
        }.map { $0 + 1 }
    }

    private static func hasComment(above index: Int, in lines: [String]) -> Bool {
        let above = lines[..<index].last { !$0.contains(#/^\s*@/#) } ?? ""
        return above.contains(#/^\s*////#)
    }
}
