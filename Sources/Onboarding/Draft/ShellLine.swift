/// A command line as a shell would get it, and the list of words that starts the same without one.
enum ShellLine {
    private static let special = Set("$`|&;<>()*?[]{}~!#\"'\\\n")

    /// The words for `command:` in release.yaml: the line's own, or a shell with the line where it needs one.
    ///
    /// The shell gives its place to the program (`exec`), so that signals reach it; a line of several commands keeps
    /// its shell.
    static func command(of line: String) -> [String] {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        let setsVariables = words.first?.contains("=") == true
        guard line.contains(where: special.contains) || setsVariables || line.contains("\t") else { return words }
        let isSeveral = line.contains(where: Set("|&;\n").contains) || words.first == "exec" || words.first == "cd"
        return ["sh", "-c", isSeveral ? line : setsVariables ? "exec env \(line)" : "exec \(line)"]
    }

    /// The words as one line, quoted where a shell would take them apart.
    static func joining(_ words: [String]) -> String {
        words.map { word in
            let isPlain = !word.isEmpty && !word.contains { special.contains($0) || $0.isWhitespace }
            return isPlain
                ? word
                : "'"
                    + word.split(separator: "'", omittingEmptySubsequences: false)
                    .joined(separator: "'\\''") + "'"
        }.joined(separator: " ")
    }
}
