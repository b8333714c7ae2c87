import NIOCore

/// Every bound of a load run in one place.
enum Limits {
    /// The longest pause of the timetable: how late a cancellation or a request's time limit is noticed.
    static let longestPause: TimeAmount = .milliseconds(20)
    static let cookiesPerIdentity = 20
    static let cookieBytes = 4_096
    static let failureSamples = 100
    /// Names of releases that are told apart; the rest are counted together as `LoadReport.otherReleases`.
    static let releases = 100
}
