import Foundation
import Glibc

/// A value on its way in: from a file, standard input, or a person who is not shown what is typed.
enum SecretValue {
    private static let mostBytes = 64 * 1_024

    /// One newline at its end is not part of it: editors and `echo` put it there.
    static func read(from file: String?, named name: String) throws -> String {
        var bytes: Data
        if let file, file != "-" {
            guard let content = FileManager.default.contents(atPath: file) else {
                throw CommandExit(.unusable, "The file \(file) cannot be read.")
            }
            bytes = content
        } else if file == nil, Terminal.canAsk {
            bytes = try askTwice(name)
        } else {
            bytes = try FileHandle.standardInput.read(upToCount: mostBytes + 1) ?? Data()
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard bytes.count <= mostBytes, let text = String(data: bytes, encoding: .utf8) else {
            throw CommandExit(.unusable, "The value of \(name) is no text of at most \(mostBytes >> 10) KiB.")
        }
        return text
    }

    private static func askTwice(_ name: String) throws -> Data {
        let first = try ask("\(name): ")
        guard try ask("Once more: ") == first else {
            throw CommandExit(.unusable, "The two are not the same; nothing was changed.")
        }
        return first
    }

    /// Asks without echo, and gives the terminal back as it was, also at ^C.
    private static func ask(_ question: String) throws -> Data {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw CommandExit(.wentWrong, "The terminal cannot be told to hide what is typed.")
        }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(ECHONL)
        // ^C comes as a byte, so that it cannot end us with the echo off.
        hidden.c_lflag &= ~tcflag_t(ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        Terminal.ask(question)
        guard let line = readLine(), !line.contains("\u{3}") else {
            throw CommandExit(.wentWrong, "Nothing was entered; nothing was changed.")
        }
        return Data(line.utf8)
    }
}
