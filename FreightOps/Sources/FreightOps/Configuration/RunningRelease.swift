/// Which release of FreightOps this process is: one build serves all of them and is told by its environment.
package struct RunningRelease: Equatable, Sendable {
    /// The version as it was given, such as `1.1.0`.
    package let version: String
    package let name: String
    /// The slot that the process runs in; empty when it was started by hand.
    package let slot: String
    /// The environment that the process runs in; empty when it was started by hand.
    package let environment: String
    package let vehicleSchema: VehicleSchema

    /// Nil when `version` is not three numbers, or is older than 1.0.0.
    package init?(version: String, name: String = "freightops", slot: String = "", environment: String = "") {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt32($0) }
        guard parts.count == 3, numbers.count == 3, numbers[0] >= 1 else { return nil }
        self.version = version
        self.name = name
        self.slot = slot
        self.environment = environment
        switch (numbers[0], numbers[1]) {
        case (1, 0): vehicleSchema = .typeCode
        case (1, 1): vehicleSchema = .both
        default: vehicleSchema = .equipmentType
        }
    }
}

/// Which columns of `vehicles` a release reads and writes.
package enum VehicleSchema: Sendable, CaseIterable {
    /// 1.0: `type_code` only; works with and without the new column.
    case typeCode
    /// 1.1: writes both, reads `equipment_type` and falls back to `type_code`.
    case both
    /// 1.2: `equipment_type` only.
    case equipmentType
}
