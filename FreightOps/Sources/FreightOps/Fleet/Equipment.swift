/// What a vehicle can carry.
///
/// The raw value is the name in `vehicles.equipment_type`, which 1.1.0 brought.
package enum Equipment: String, Codable, Sendable, CaseIterable {
    case dryVan = "dry_van"
    case refrigerated
    case flatbed
    case tanker

    /// Reads what `vehicles.type_code` held before there were names.
    package init?(typeCode: String) {
        guard let equipment = Self.allCases.first(where: { $0.typeCode == typeCode }) else { return nil }
        self = equipment
    }

    package var typeCode: String {
        switch self {
        case .dryVan: "DRY"
        case .refrigerated: "REF"
        case .flatbed: "FLT"
        case .tanker: "TNK"
        }
    }

    /// How people call it.
    var label: String {
        switch self {
        case .dryVan: "Dry van"
        case .refrigerated: "Refrigerated"
        case .flatbed: "Flatbed"
        case .tanker: "Tanker"
        }
    }
}
