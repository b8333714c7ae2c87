import Foundation
import Glibc

/// The system's words for an `errno`.
struct FaultText: CustomStringConvertible {
    let description: String
    init(_ code: Int32 = errno) { description = String(cString: strerror(code)) }
}
