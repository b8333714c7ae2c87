import Foundation
import Glibc

/// Whether the state folder can be what Switchyard needs: writable, closed to others, with room.
package enum StateFolderExamination {
    /// Room for a release or two, the embedded database and a dump; below the first number deployments are refused.
    private static let neededBytes = 512 << 20
    private static let comfortableBytes = 5 << 30
    private static let subject = "state folder"

    /// Examines a folder that need not exist yet.
    package static func examine(_ folder: String) -> [Finding] {
        let place = nearestExisting(folder)
        return [rights(of: folder, existing: place), disk(of: place)]
    }

    /// What follows from a folder on the way to the state folder that an environment's user may not pass through.
    package static func judgeWay(to folder: String, closedAt place: String) -> Finding {
        .mend(
            subject, "The users of the environments cannot enter \(place), so nothing of \(folder) could run as them.",
            remedy: "chmod o+x \(place), or name another folder with --state")
    }

    private static func nearestExisting(_ path: String) -> String {
        var place = path
        while !FileManager.default.fileExists(atPath: place), place.count > 1 {
            place = (place as NSString).deletingLastPathComponent
        }
        return place
    }

    private static func rights(of folder: String, existing place: String) -> Finding {
        var status = stat()
        guard stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return .mend(
                subject, "\(place) is no folder.", remedy: "Remove it, or name another folder with --state.")
        }
        guard access(place, W_OK | X_OK) == 0 else {
            return .mend(
                subject, "This user may not write to \(place).",
                remedy: "Run 'switchyard serve' as its owner, or name another folder with --state.")
        }
        guard place == folder else { return .good(subject, "\(folder) will be made by 'switchyard serve'.") }
        guard status.st_uid == geteuid() else {
            return .mend(
                subject, "\(folder) belongs to user \(status.st_uid) and not to the one who runs this.",
                remedy: "Run this as that user, or 'chown -R \(geteuid()) \(folder)' with Switchyard stopped.")
        }
        guard status.st_mode & 0o022 == 0 else {
            return .mend(
                subject, "Others may write to \(folder) (mode \(String(status.st_mode & 0o7777, radix: 8))).",
                remedy: "chmod 711 \(folder)")
        }
        return token(of: folder)
    }

    /// Whoever reads the token may deploy.
    private static func token(of folder: String) -> Finding {
        var status = stat()
        guard stat("\(folder)/token", &status) == 0, status.st_mode & 0o077 != 0 else {
            return .good(subject, "\(folder) belongs to this user and nobody else may write to it.")
        }
        return .mend(
            subject, "Others may read \(folder)/token, and whoever reads it may deploy.",
            remedy: "chmod 600 \(folder)/token")
    }

    private static func disk(of place: String) -> Finding {
        var status = statvfs()
        guard statvfs(place, &status) == 0 else {
            return .mend("disk", "The disk of \(place) cannot be measured.", remedy: "See 'df \(place)'.")
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        return judgeDisk(freeBytes: free, freeFiles: Int(status.f_favail), hasFileLimit: status.f_files > 0, of: place)
    }

    /// What so much room means.
    static func judgeDisk(freeBytes: Int, freeFiles: Int, hasFileLimit: Bool, of place: String) -> Finding {
        let free = "\(freeBytes >> 20) MiB"
        if freeBytes < neededBytes {
            return .mend(
                "disk", "The disk of \(place) has \(free) free, and a deployment may need \(neededBytes >> 20) MiB.",
                remedy: "Free some space, or name a folder on another disk with --state.")
        }
        if hasFileLimit, freeFiles < 10_000 {
            return .mend(
                "disk", "The disk of \(place) takes only \(freeFiles) more files.",
                remedy: "Remove files that nobody needs, or name a folder on another disk with --state.")
        }
        if freeBytes < comfortableBytes {
            return .note(
                "disk", "The disk of \(place) has \(free) free.",
                remedy: "Watch it: releases, logs and ten dumps of the database are kept there.")
        }
        return .good("disk", "The disk of \(place) has \(free) free.")
    }
}
