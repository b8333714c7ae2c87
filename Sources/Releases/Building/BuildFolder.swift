import DurableFiles
import Foundation
import Glibc

/// The folder in which a release is built; only its owner may enter it.
struct BuildFolder: Sendable {
    private let path: String

    /// Where the commit is checked out.
    var source: String { "\(path)/source" }
    /// The build's `TMPDIR`.
    var temporary: String { "\(path)/tmp" }

    /// Lends a new one and removes it with all it holds.
    static func use<Value>(_ body: (BuildFolder) async throws -> Value) async throws -> Value {
        var template = Array("\(NSTemporaryDirectory())/switchyard-build-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FileFault(operation: "make a folder in", path: NSTemporaryDirectory())
        }
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { remove(path) }
        let folder = BuildFolder(path: path)
        for inside in [folder.source, folder.temporary] {
            guard mkdir(inside, 0o700) == 0 else { throw FileFault(operation: "make", path: inside) }
        }
        return try await body(folder)
    }

    /// Some tools (Go's module cache) write folders that nobody may change, which removing must do.
    private static func remove(_ path: String) {
        guard (try? FileManager.default.removeItem(atPath: path)) == nil else { return }
        let files = FileManager.default.enumerator(atPath: path)
        while let inside = files?.nextObject() as? String {
            if files?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                chmod("\(path)/\(inside)", 0o700)
            }
        }
        try? FileManager.default.removeItem(atPath: path)
    }
}
