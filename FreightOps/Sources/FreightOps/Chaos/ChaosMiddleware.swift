import Hummingbird
import Synchronization

/// Commits the faults that the chaos switches ask for.
struct ChaosMiddleware: RouterMiddleware {
    private let switches: ChaosSwitches
    private let requests = RequestCount()

    init(_ switches: ChaosSwitches) {
        self.switches = switches
    }

    func handle(
        _ request: Request, context: FreightRequestContext,
        next: (Request, FreightRequestContext) async throws -> Response
    ) async throws -> Response {
        let number = requests.next()
        if let limit = switches.exitAfterRequests, number > limit {
            ProcessExit.now(status: ProcessExit.chaosStatus)
        }
        let path = request.uri.path
        guard path != "/health", switches.isArmed else { return try await next(request, context) }
        if let feature = switches.deadFeature, feature.covers(path) { throw FreightError.chaos }
        if Self.isChosen(number, share: switches.slowShare, salt: 1) { try await Task.sleep(for: switches.slowness) }
        if Self.isChosen(number, share: switches.errorShare, salt: 2) { throw FreightError.chaos }
        return try await next(request, context)
    }

    /// Whether the request is among the share: scattered as if thrown by dice, but the same in every run.
    ///
    /// The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014).
    static func isChosen(_ number: Int, share: Double, salt: UInt64) -> Bool {
        guard share > 0 else { return false }
        var mixed = (UInt64(number) &+ salt << 48) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) * 0x1p-53 < share
    }

    private final class RequestCount: Sendable {
        private let count = Atomic(0)

        func next() -> Int {
            count.add(1, ordering: .relaxed).newValue
        }
    }
}
