/// The source files of a repository, without tests and without what others wrote.
struct SourceFiles {
    /// Below the repository's folder, those nearest to it first.
    let paths: [String]

    private static let endings: Set = [
        "cjs", "ex", "go", "java", "js", "kt", "mjs", "php", "py", "rb", "rs", "ru", "swift", "ts",
    ]
    private static let skipped: Set = [
        "__pycache__", "__tests__", "build", "dist", "doc", "docs", "env", "log", "node_modules", "public", "spec",
        "target", "test", "tests", "tmp", "vendor", "venv", "Tests",
    ]

    init(of repository: Repository) {
        var found: [String] = []
        var folders = [(path: "", depth: 0)]
        while let folder = folders.first, found.count < Limits.sourceFiles {
            folders.removeFirst()
            for name in repository.entries(of: folder.path) where !name.hasPrefix(".") {
                let path = folder.path.isEmpty ? name : "\(folder.path)/\(name)"
                if Self.endings.contains(String(name.split(separator: ".").last ?? "")), repository.isFile(path) {
                    found.append(path)
                } else if folder.depth < Limits.depth, !Self.skipped.contains(name), repository.isFolder(path) {
                    folders.append((path, folder.depth + 1))
                }
            }
        }
        paths = Array(found.prefix(Limits.sourceFiles))
    }
}
