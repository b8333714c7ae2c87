extension ReleaseTree {
    /// Files that only keep a folder in git, which has no empty ones.
    private static let placeholders: Set = [".gitkeep", ".keep", ".gitignore"]

    /// The tree without the folders of `shared:`, whose places the links to the shared ones take in every slot.
    ///
    /// Placeholders go with their folders. Anything else in there could never be read again, so it is refused.
    func withoutSharedFolders(_ folders: [String]) throws -> ReleaseTree {
        var rest = self
        for folder in folders {
            let path = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
            rest.entries.removeAll { $0.path == path && $0.kind == .folder }
            for entry in rest.entries where entry.path == path || entry.path.hasPrefix("\(path)/") {
                guard Self.mayGo(entry, below: path) else {
                    throw ReleaseError.inSharedFolder(path: entry.path, folder: path)
                }
            }
            rest.entries.removeAll { $0.path.hasPrefix("\(path)/") }
        }
        return rest
    }

    private static func mayGo(_ entry: ReleaseTreeEntry, below folder: String) -> Bool {
        switch entry.kind {
        case .folder: true
        case .link: false
        case .file: entry.path != folder && placeholders.contains(entry.name)
        }
    }
}

extension ReleaseTreeEntry {
    fileprivate var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
