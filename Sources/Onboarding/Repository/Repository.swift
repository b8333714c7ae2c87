import Foundation

/// A folder that somebody wants to release from: read within bounds, never written.
package struct Repository: Sendable {
    package let folder: String

    /// Takes an existing folder; throws `OnboardingError.notAFolder` otherwise.
    package init(folder: String) throws(OnboardingError) {
        let path = URL(filePath: folder).standardizedFileURL.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw .notAFolder(path: folder)
        }
        self.folder = path
    }

    /// Whether it is the folder that the command is typed in.
    package var isCurrent: Bool {
        URL(filePath: FileManager.default.currentDirectoryPath).standardizedFileURL.path == folder
    }

    func path(of name: String) -> String { name.isEmpty ? folder : "\(folder)/\(name)" }

    /// The names in a folder in their order; none where it is no folder.
    ///
    /// A name with control characters could write lines of its own into a drafted file, so it is passed over.
    func entries(of name: String = "") -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(of: name))) ?? []
        let plain = names.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
        return Array(plain.sorted().prefix(Limits.folderEntries))
    }

    func isFile(_ name: String) -> Bool { type(of: name) == .typeRegular }

    /// Whether it is a folder itself and no link to one, so that a walk ends.
    func isFolder(_ name: String) -> Bool { type(of: name) == .typeDirectory }

    /// The text of a file of at most `Limits.fileBytes`; nil where there is none.
    func text(of name: String) -> String? {
        guard isFile(name), let handle = FileHandle(forReadingAtPath: path(of: name)),
            let data = try? handle.read(upToCount: Limits.fileBytes + 1), data.count <= Limits.fileBytes
        else { return nil }
        return String(data: data, encoding: .utf8)
    }

    /// The lines of a text file; none where there is no such file.
    func lines(of name: String) -> [Substring] {
        text(of: name)?.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) ?? []
    }

    private func type(of name: String) -> FileAttributeType? {
        try? FileManager.default.attributesOfItem(atPath: path(of: name))[.type] as? FileAttributeType
    }
}
