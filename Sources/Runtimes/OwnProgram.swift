import Foundation

/// The program that this process runs.
package enum OwnProgram {
    /// Where it lies; after an upgrade the new one is where ours was. Throws where the system does not tell.
    package static func path() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            .replacing(" (deleted)", with: "")
    }
}
