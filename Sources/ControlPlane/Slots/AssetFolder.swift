import DurableFiles
import Foundation
import Glibc

/// The folder of a release's fingerprinted assets.
struct AssetFolder {
    let path: String
    /// The release's own files in it, relative to the folder.
    let files: [String]

    /// Gives another folder those of the files that it lacks, as hard links; what has the name of one there stays.
    func lendMissing(to other: AssetFolder) throws {
        for file in files {
            let target = "\(other.path)/\(file)"
            let parent = (target as NSString).deletingLastPathComponent
            // A file may stand where a folder is needed: then that release goes without.
            guard (try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)) != nil
            else { continue }
            guard link("\(path)/\(file)", target) == 0 || [EEXIST, ENOENT, ENOTDIR].contains(errno) else {
                throw FileFault(operation: "link", path: target)
            }
        }
    }
}
