import Foundation
import Glibc

/// What this process was started with, as the system shows it in /proc/PID/environ.
enum OwnEnvironment {
    /// Overwrites the variables that a file mentions as `${NAME}`: they may hold passwords, and whoever needs them has
    /// taken them already. What this process starts does not get them either.
    static func forget(mentionedIn file: String) {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        for name in Set(text.matches(of: /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/).map { String($0.1) }) {
            // Where the system shows it from, and not a copy.
            if let value = getenv(name) { memset(value, Int32(UInt8(ascii: "*")), strlen(value)) }
            unsetenv(name)
        }
    }
}
