package import Foundation

/// A log that is still being written: each look reads only what is new.
package struct GrowingLog {
    private let path: String
    private var file: FileHandle?
    /// What was read.
    package private(set) var text = Data()

    package init(path: String) { self.path = path }

    /// Reads on; answers whether a mark is in what is new.
    ///
    /// A file that is not there yet, or cannot be read, has nothing new.
    package mutating func reads(_ mark: String) -> Bool {
        if file == nil { file = FileHandle(forReadingAtPath: path) }
        let mark = Data(mark.utf8)
        // It may have begun at the end of what was read before.
        let start = max(0, text.count - mark.count)
        if let new = try? file?.readToEnd() { text.append(new) }
        return text.range(of: mark, in: start..<text.count) != nil
    }
}
