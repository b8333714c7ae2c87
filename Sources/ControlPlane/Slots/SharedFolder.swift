import DurableFiles
import Foundation
import Glibc

/// A folder that lives across an environment's releases, such as uploads.
struct SharedFolder {
    let path: String

    /// Links it into an unpacked release, which has nothing of its own there: packing sees to that.
    ///
    /// Whatever is there all the same is not touched, and the release does not start: its uploads would end with it.
    func appear(at place: String) throws {
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        if symlink(path, place) == 0 { return }
        let fault = FileFault(operation: "link", path: place)
        guard fault.code == EEXIST else { throw fault }
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) == path else {
            throw ControlPlaneError.sharedFolderHidden(place: place, shared: path)
        }
    }
}
