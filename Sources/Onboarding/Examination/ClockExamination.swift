import CLinux
import Foundation

/// Whether the machine's clock is right, and in which zone its people read it.
package enum ClockExamination {
    package static func examine() -> [Finding] {
        var clock = timex()
        let state = adjtimex(&clock)
        return [judgeClock(isSynchronised: state >= 0 && state != TIME_ERROR), zone()]
    }

    static func judgeClock(isSynchronised: Bool) -> Finding {
        isSynchronised
            ? .good("clock", "The clock is kept in step with a time server.")
            : .note(
                "clock", "Nothing keeps this machine's clock in step, as far as the kernel knows.",
                remedy: "'apt-get install chrony', unless the host of this virtual machine or container does it.")
    }

    /// The system's own, which Foundation's zones are not always: to it, EST is a city with a summer.
    private static func offset() -> String {
        var (now, local) = (time(nil), tm())
        localtime_r(&now, &local)
        let minutes = abs(local.tm_gmtoff) / 60
        return "UTC\(local.tm_gmtoff < 0 ? "-" : "+")" + String(format: "%02d:%02d", minutes / 60, minutes % 60)
    }

    /// Times are kept in UTC whatever the zone; a zone that does not exist would silently be UTC.
    private static func zone() -> Finding {
        let named = ProcessInfo.processInfo.environment["TZ"].flatMap { $0.isEmpty ? nil : $0 }
        if let named, !FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/\(named)"), !named.hasPrefix(":"),
            !named.contains(where: \.isNumber)
        {
            return .mend(
                "time zone", "TZ names '\(named)', which this machine does not know.",
                remedy: "Set TZ to a name below /usr/share/zoneinfo ('apt-get install tzdata'), or unset it.")
        }
        let name = named ?? TimeZone.current.identifier
        return .good("time zone", "\(name), now \(offset()); Switchyard records every time in UTC.")
    }
}
