import Foundation
import Glibc

/// Points in time as PostgreSQL writes them with `DateStyle` ISO: `2026-11-22 16:21:48.123456+00`.
enum PostgresTimestamp {
    /// The point in time in UTC, exact to the microsecond.
    static func text(of date: Date) -> String {
        let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
        let seconds = (microseconds / 1_000_000).rounded(.down)
        var time = time_t(seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        let fraction = Int(microseconds - seconds * 1_000_000)
        let year = Int(fields.tm_year) + 1_900
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", year, Int(fields.tm_mon) + 1, Int(fields.tm_mday),
            Int(fields.tm_hour), Int(fields.tm_min), Int(fields.tm_sec), fraction)
    }

    /// Reads a date, a timestamp (taken as UTC) or a timestamp with its offset; nil for infinity and years before 1.
    static func date(from text: String) -> Date? {
        let pattern = /(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d{1,6})?(?:([+-])(\d\d)(?::?(\d\d))?)?)?/
        guard let match = text.wholeMatch(of: pattern)?.output, let year = Int32(match.1) else { return nil }
        var fields = tm()
        fields.tm_year = year - 1_900
        fields.tm_mon = (Int32(match.2) ?? 0) - 1
        fields.tm_mday = Int32(match.3) ?? 0
        fields.tm_hour = match.4.flatMap { Int32($0) } ?? 0
        fields.tm_min = match.5.flatMap { Int32($0) } ?? 0
        fields.tm_sec = match.6.flatMap { Int32($0) } ?? 0
        let fraction = match.7.flatMap { Double("0\($0)") } ?? 0
        let offsetHours = match.9.flatMap { Int($0) } ?? 0
        let offsetMinutes = match.10.flatMap { Int($0) } ?? 0
        let offset = (offsetHours * 3_600 + offsetMinutes * 60) * (match.8 == "-" ? -1 : 1)
        return Date(timeIntervalSince1970: Double(timegm(&fields) - offset) + fraction)
    }
}
