/// What reading a stranger's repository and examining a machine may take.
enum Limits {
    /// Bytes of one file that is read.
    static let fileBytes = 256 * 1_024
    /// Entries of one folder that are looked at.
    static let folderEntries = 2_000
    /// Source files that are searched for a health endpoint, and their bytes together.
    static let sourceFiles = 2_000
    static let sourceBytes = 16 * 1_024 * 1_024
    /// Folders below the repository's that source files are looked for in.
    static let depth = 6
    /// Characters of a line in which a route is looked for; minified code is no source.
    static let lineCharacters = 400
    /// Processes of a release.
    static let processes = 32
    /// Most that a person is asked.
    static let questions = 5
    /// Texts of one file that are kept beside it.
    static let keptTexts = 99
}
