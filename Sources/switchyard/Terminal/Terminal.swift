import API
import Foundation
import Glibc

/// What is printed, and whether a person reads it.
enum Terminal {
    /// Whether standard output is a terminal.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }
    /// Whether a person can be asked.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// How much a person sees at once, beside the line for the next command; nil where nobody reads on a terminal.
    static var size: (lines: Int, columns: Int)? {
        guard isInteractive else { return nil }
        var window = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_row > 0 && window.ws_col > 0
        // Smaller than this nothing is laid out for.
        return isKnown ? (max(Int(window.ws_row) - 1, 12), max(Int(window.ws_col), 60)) : (24, 100)
    }

    static func say(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    /// Prints a line; answers whether somebody still reads.
    static func tell(_ line: String) -> Bool { write(line + "\n", to: STDOUT_FILENO) }

    static func complain(_ line: String) {
        write("switchyard: " + line + "\n", to: STDERR_FILENO)
    }

    /// The same for programs: an object on one line.
    static func complainJSON(_ value: some Encodable) {
        guard let data = try? WireFormat.encoder.encode(value) else { return }
        write(String(decoding: data, as: UTF8.self) + "\n", to: STDERR_FILENO)
    }

    /// Tells on standard error how work goes, beside what the command answers on standard output.
    static func narrate(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    /// Asks on standard error; the answer is read by the caller.
    static func ask(_ question: String) { write(question, to: STDERR_FILENO) }

    /// Writes all of it; a reader that has left (`| head`) misses nothing that it wants, so that is no error.
    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// Whether a person sees progress.
    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// Shows how far long work has come, on one line that the next one replaces; nothing where no person watches.
    static func sayProgress(_ line: String) {
        guard showsProgress else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// Takes the progress line away.
    static func endProgress() { sayProgress("") }

    static func sayJSON(_ value: some Encodable) throws {
        say(String(decoding: try WireFormat.prettyEncoder.encode(value), as: UTF8.self))
    }

    /// Prints a value on one line; answers whether somebody still reads.
    static func tellJSON(_ value: some Encodable) throws -> Bool {
        tell(String(decoding: try WireFormat.encoder.encode(value), as: UTF8.self))
    }

    /// A text in a colour, where colours are shown.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        guard isInteractive, ProcessInfo.processInfo.environment["NO_COLOR"] == nil else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// The colours in use, by their terminal codes.
    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case faint = 2
        case bold = 1
    }
}
