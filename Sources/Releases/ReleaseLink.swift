import DurableFiles
import Glibc

/// The rule for symbolic links: relative, and never out of the release, neither by their words nor on the disk.
enum ReleaseLink {
    /// The target of a link on the disk, after the rule was checked.
    static func target(of path: String, in root: String) throws -> String {
        let target = try read("\(root)/\(path)")
        try checkWords(target, of: path)
        try checkDestination(of: path, in: root)
        return target
    }

    /// Refuses a target that leaves the release by its words alone.
    static func checkWords(_ target: String, of path: String) throws(ReleaseError) {
        guard !target.isEmpty, !target.utf8.contains(where: { $0 < 0x20 }) else {
            throw .entryRefused(path: path, reason: "it is a link without a plain target")
        }
        guard !target.hasPrefix("/") else {
            throw .entryRefused(path: path, reason: "it is a link to the absolute path '\(target)'")
        }
        var depth = path.split(separator: "/").count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            guard depth >= 0 else {
                throw .entryRefused(path: path, reason: "it is a link that leaves the release ('\(target)')")
            }
        }
    }

    /// Refuses a link that leads out of the release through other links, or nowhere.
    static func checkDestination(of path: String, in root: String) throws(ReleaseError) {
        guard let destination = realPath("\(root)/\(path)") else {
            throw .entryRefused(path: path, reason: "it is a link that leads nowhere")
        }
        guard destination == root || destination.hasPrefix("\(root)/") else {
            throw .entryRefused(path: path, reason: "it is a link that leaves the release ('\(destination)')")
        }
    }

    /// The path without links; nil when it leads nowhere.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }

    /// The words of a link.
    static func read(_ path: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw FileFault(operation: "read the link", path: path) }
        guard let target = String(validating: buffer.prefix(count), as: UTF8.self) else {
            throw ReleaseError.entryRefused(path: path, reason: "its target is not UTF-8")
        }
        return target
    }
}
