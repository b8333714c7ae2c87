/// What the proxy has open on a slot at a moment.
package struct InFlight: Equatable, Sendable {
    /// Requests whose answers end by themselves: a slot is drained when there are none.
    package var requests: Int
    /// Websockets and event streams: they last until somebody closes them.
    package var longLived: Int

    package init(requests: Int = 0, longLived: Int = 0) {
        self.requests = requests
        self.longLived = longLived
    }

    package var total: Int { requests + longLived }
}
