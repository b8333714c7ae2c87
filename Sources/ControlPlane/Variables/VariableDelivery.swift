import Domain
import Foundation
import Glibc
import Runtimes
import Secrets

/// Starts a process with its secrets: what `switchyard deliver` does, with no control plane and no database.
package enum VariableDelivery {
    /// Becomes the process; returns only to throw.
    ///
    /// The file is removed when it was read, where `isOnce` says that it is for one start.
    package static func start(file: String, isOnce: Bool, inSession: Bool) throws -> Never {
        CoreDumps.forbidLooking()
        let start = try ProcessStart(file: file)
        if isOnce { unlink(file) }
        var variables = ProcessInfo.processInfo.environment
        variables["CREDENTIALS_DIRECTORY"] = nil
        variables.merge(start.environment) { _, own in own }
        var files: [(name: String, value: Data)] = []
        if let sealed = start.sealed, !sealed.records.isEmpty {
            let ring = try KeyRingPlace.file(otherwise: sealed.keyRing).load()
            for record in sealed.records {
                let secret = try ring.open(record)
                if sealed.files.contains(record.name) {
                    files.append((record.name.rawValue, secret.withBytes { Data($0) }))
                } else {
                    variables[record.name.rawValue] = secret.reveal()
                }
            }
        }
        try start.become(with: variables, secretFiles: files, inSession: inSession)
    }
}
