/// Something that happened to a load.
struct LoadEvent: Encodable, Sendable {
    var loadId: Load.ID
    var status: String
    /// ISO 8601 in UTC.
    var happenedAt: String
}
