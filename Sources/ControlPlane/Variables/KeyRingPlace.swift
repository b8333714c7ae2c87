import Foundation
import Glibc
package import Secrets

/// Where the keys of all secrets are: a file of the state folder, or a credential that systemd hands over.
package enum KeyRingPlace {
    /// As the unit names it: `LoadCredential=switchyard-key-ring:/path`, for the tree as for the control plane.
    package static let credential = "switchyard-key-ring"

    /// The credential where there is one, else the file.
    package static func file(otherwise path: String) -> KeyRingFile {
        guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] else {
            return KeyRingFile(path: path)
        }
        let credential = KeyRingFile(credential: credential, in: folder)
        return credential.exists ? credential : KeyRingFile(path: path)
    }

    /// Makes the ring at the first start.
    ///
    /// Where something was sealed already, the ring was lost: a new one would open none of it, and hide that.
    static func makeIfNew(_ ring: KeyRingFile, in folder: StateFolder) throws {
        guard !ring.exists else { return }
        let isUsed = [folder.knownSecrets, DatabasePasswords.path(in: folder.secrets)].contains {
            access($0, F_OK) == 0 && !isEmptyFolder($0)
        }
        guard !isUsed || hasOnlyClearPasswords(folder) else { throw SecretsError.keyRingMissing(path: ring.path) }
        try ring.make(at: Date())
    }

    private static func isEmptyFolder(_ path: String) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? false
    }

    /// As an older version has left them.
    private static func hasOnlyClearPasswords(_ folder: StateFolder) -> Bool {
        isEmptyFolder(folder.knownSecrets) || access(folder.knownSecrets, F_OK) != 0
            ? DatabasePasswords.areClear(in: folder.secrets) : false
    }
}
