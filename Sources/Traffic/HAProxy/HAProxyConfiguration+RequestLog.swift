extension HAProxyConfiguration {
    /// The ring of lines that the reader has not taken yet.
    static let requestLog = "telemetry"

    /// Keeps the lines while nobody reads them, and sends them to the reader whenever there is one.
    ///
    /// An idle connection to the reader must not end: silence with a connection is known to be no traffic.
    var requestLogRing: String {
        """
        ring \(Self.requestLog)
            format raw
            maxlen 1024
            size \(Limits.requestLog)
            timeout connect 5s
            timeout server 1h
            server reader unix@\(folder.telemetrySocket) log-proto octet-count

        """
    }

    /// One line a request, as `RequestLine` in Telemetry reads it: no query string and no header, so that no secret is in
    /// it; a client is only a hash. The path is the last because it may hold anything.
    var logRules: [String] {
        let fields = [
            "r1 %pid %lc %b %ST %[var(txn.time)] %Ta %ts", "%[var(txn.unit),xxh64]", "%[var(txn.split)]", "%HM %HPO",
        ]
        return [
            "log global",
            "option dontlognull",
            "log-format \"\(fields.joined(separator: " "))\"",
            "http-request set-var(txn.arrival) date(0,us)",
        ]
    }

    /// The time to the head of the application's response, in microseconds: HAProxy's own times are whole milliseconds, in
    /// which half as long again does not show where an application is quick. Answers that HAProxy makes up have none.
    var timeRules: [String] { ["http-response set-var(txn.time) date(0,us),sub(txn.arrival)"] }
}
