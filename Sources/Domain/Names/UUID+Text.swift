package import Foundation

extension UUID {
    /// The id as people are shown it and as URLs and the record have it: in lower case.
    package var text: String { uuidString.lowercased() }
}
