/// A load as a line of a table.
struct LoadRow {
    var id: Int
    var cargo: String
    var status: String
    var customer: String
    var origin: String
    var destination: String
    var weight: String
    var price: String
    var vehicle: String
    var driver: String
    var pickup: String
    var deliverBy: String
    var isOverdue: Bool

    init(_ load: Load) {
        id = load.id.number
        cargo = load.cargo
        status = load.status.rawValue
        customer = load.customer
        origin = load.origin
        destination = load.destination
        weight = Wording.kilograms(load.weightKilograms)
        price = Wording.dollars(cents: load.priceCents)
        vehicle = load.vehicle ?? "–"
        driver = load.driver ?? "–"
        pickup = Wording.time(load.pickupAt)
        deliverBy = Wording.time(load.deliverBy)
        isOverdue = load.isOverdue
    }
}

/// One of the values that a page can be narrowed to.
struct FilterChoice {
    var label: String
    var link: String
    var isCurrent: Bool
}
