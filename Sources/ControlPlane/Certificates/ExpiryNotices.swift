import Foundation
import Traffic

/// Which certificates the log has told the end of, and when: each is told once a day until it is replaced.
struct ExpiryNotices {
    private var told: [EndingCertificate: Date] = [:]

    /// Those of the ending certificates that are to be told now; one that has ended meanwhile is told anew.
    mutating func due(of ending: [EndingCertificate], now: Date) -> [EndingCertificate] {
        told = told.filter { ending.contains($0.key) }
        let due = ending.filter { certificate in
            told[certificate].map { now.timeIntervalSince($0) >= Limits.expiryNoticeInterval } ?? true
        }
        for certificate in due { told[certificate] = now }
        return due
    }
}
