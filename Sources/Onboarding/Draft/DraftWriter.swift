import DurableFiles
import Foundation
import Glibc

/// Writes a draft's files into a repository: both or neither.
package enum DraftWriter {
    /// What came of it, by the names of files in the repository.
    package struct Outcome: Equatable, Sendable {
        package let written: [String]
        /// Where the text is now that was there before; nothing where it was the same.
        package let kept: [String]
    }

    /// The files of a draft that a repository has already.
    package static func existingFiles(in repository: Repository) -> [String] {
        [Draft.releaseFile, Draft.configurationFile].filter {
            FileManager.default.fileExists(atPath: repository.path(of: $0))
        }
    }

    /// Writes both; where one is there already, only when it may be replaced, and its text is kept beside it.
    ///
    /// Throws `OnboardingError` before anything is written, and `FileFault` after all is again as it was.
    @discardableResult
    package static func write(_ draft: Draft, into repository: Repository, replacing: Bool) throws -> Outcome {
        let existing = existingFiles(in: repository)
        guard existing.isEmpty || replacing else { throw OnboardingError.filesExist(existing) }
        let files = try draft.files()
        var kept: [String: String] = [:]
        do {
            for file in files where existing.contains(file.name) {
                kept[file.name] = try keep(file.name, unless: file.text, in: repository)
            }
            for file in files { try DurableFile.write(file.text, to: repository.path(of: file.name)) }
        } catch {
            for file in files {
                // A rename takes no room on a disk that may be full.
                if let copy = kept[file.name] {
                    rename(repository.path(of: copy), repository.path(of: file.name))
                } else if !existing.contains(file.name) {
                    unlink(repository.path(of: file.name))
                }
            }
            throw error
        }
        return Outcome(written: files.map(\.name), kept: files.compactMap { kept[$0.name] })
    }

    /// Copies a file beside itself and answers the copy's name; nil where nothing of it would be lost.
    private static func keep(_ name: String, unless text: String, in repository: Repository) throws -> String? {
        let path = repository.path(of: name)
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFault(operation: "read", path: path) }
        guard let old = FileManager.default.contents(atPath: path) else {
            throw FileFault(operation: "read", path: path, code: access(path, R_OK) == 0 ? EISDIR : errno)
        }
        guard old != Data(text.utf8) else { return nil }
        let copies = (1...Limits.keptTexts).lazy.map { $0 == 1 ? "\(name).old" : "\(name).old-\($0)" }
        guard let copy = copies.first(where: { !isThere(repository.path(of: $0)) }) else {
            throw FileFault(operation: "keep the text of", path: path, code: EEXIST)
        }
        // Closed to others it stays: it may hold a password.
        try DurableFile.write(old, to: repository.path(of: copy), mode: status.st_mode & 0o777)
        return copy
    }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
