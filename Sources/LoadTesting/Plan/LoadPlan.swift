package import Foundation

/// What a load run does: who asks whom for what, how often and for how long.
package struct LoadPlan: Sendable {
    /// Plain HTTP addresses of the same service ("http://127.0.0.1:8080"); the identities are spread over them in turn.
    package let baseURLs: [URL]
    /// The requests' kinds; each request is drawn from them by weight.
    package let mix: [RequestTemplate]
    /// The `Host` header where it is not the address's own.
    package var hostHeader: String?
    /// Clients with a cookie jar and a kept connection each. Also the bound on requests in flight: one an identity.
    package var identities = 200
    /// The rate that is kept whatever the answers do, latency counted from the time a request was due;
    /// `nil` sends the next request of an identity as soon as its last one was answered.
    package var requestsPerSecond: Double?
    /// The share (0...1) of requests that go over a new TCP connection and say `Connection: close`.
    package var newConnectionShare = 0.0
    /// A request without a whole answer after this time, counted from its sending, has failed.
    package var requestTimeout: Duration = .seconds(10)
    /// A kept connection that carried nothing for longer is closed by the client and replaced, as browsers do: well
    /// before the server would, so that no request meets the server's closing. What meets it all the same has failed.
    package var longestIdle: Duration = .seconds(15)
    /// Ends the run after this time; `nil` goes on until `totalRequests` or cancellation.
    package var duration: Duration?
    /// Ends the run after this many requests.
    package var totalRequests: Int?
    /// The response header in which the application says which release answered.
    package var releaseHeader: String?
    /// The response header that is present only on what the application sent; `nil` takes every 502, 503 and 504
    /// for made up by the proxy.
    package var forwardedHeader: String?
    /// Decides the draws of templates and connections: the same seed makes the same sequence of requests.
    package var seed: UInt64 = 1

    /// Takes the addresses and the mix; throws `LoadPlanFault` where no request could be made from them.
    package init(baseURLs: [URL], mix: [RequestTemplate]) throws(LoadPlanFault) {
        guard !baseURLs.isEmpty else { throw .noAddress }
        for url in baseURLs where url.scheme != "http" || url.host() == nil { throw .unusableAddress(url) }
        for template in mix where template.weight < 1 || !template.path.hasPrefix("/") {
            throw .unusableTemplate(template.name)
        }
        guard !mix.isEmpty else { throw .noTemplate }
        self.baseURLs = baseURLs
        self.mix = mix
    }
}

/// Why a load plan can't be carried out.
package enum LoadPlanFault: Error, Equatable, CustomStringConvertible {
    case noAddress
    case noTemplate
    case unusableAddress(URL)
    case unusableTemplate(String)

    package var description: String {
        switch self {
        case .noAddress: "A load plan needs an address to send requests to: give at least one."
        case .noTemplate: "A load plan needs something to ask for: give at least one request template."
        case .unusableAddress(let url): "'\(url)' can't be put under load: use an address like http://127.0.0.1:8080."
        case .unusableTemplate(let name):
            "The request template '\(name)' can't be sent: its weight must be 1 or more and its path begin with '/'."
        }
    }
}
