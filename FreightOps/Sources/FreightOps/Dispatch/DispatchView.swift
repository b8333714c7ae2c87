/// What the dispatch page shows.
struct DispatchView {
    /// A vehicle or a driver that may be chosen.
    struct Choice {
        var id: Int
        var label: String
    }

    var frame: PageFrame
    var waiting: String
    var onTheRoad: String
    var delivered: String
    var revenue: String
    var notice: DispatchNotice.View?
    var hasEquipmentFilter: Bool
    var equipmentFilter: [FilterChoice]
    var booked: [LoadRow]
    var hasBooked: Bool
    var dispatched: [LoadRow]
    var hasDispatched: Bool
    var vehicles: [Choice]
    var drivers: [Choice]

    init(
        frame: PageFrame, figures: DispatchFigures, notice: DispatchNotice?, equipmentFilter: [FilterChoice],
        booked: [LoadRow], dispatched: [LoadRow], vehicles: [Choice], drivers: [Choice]
    ) {
        self.frame = frame
        waiting = Wording.grouped(figures.waiting)
        onTheRoad = Wording.grouped(figures.onTheRoad)
        delivered = Wording.grouped(figures.revenue.deliveredLoads)
        revenue = Wording.dollars(cents: figures.revenue.cents)
        self.notice = notice?.view
        hasEquipmentFilter = !equipmentFilter.isEmpty
        self.equipmentFilter = equipmentFilter
        self.booked = booked
        hasBooked = !booked.isEmpty
        self.dispatched = dispatched
        hasDispatched = !dispatched.isEmpty
        self.vehicles = vehicles
        self.drivers = drivers
    }

    static func filter(_ current: Equipment?) -> [FilterChoice] {
        [FilterChoice(label: "All", link: "/dispatch", isCurrent: current == nil)]
            + Equipment.allCases.map { equipment in
                FilterChoice(
                    label: equipment.label, link: "/dispatch?equipment=\(equipment.rawValue)",
                    isCurrent: equipment == current
                )
            }
    }
}

extension DispatchView.Choice {
    init(_ vehicle: Vehicle) {
        id = vehicle.id.number
        let equipment = vehicle.equipment?.label ?? "equipment not recorded"
        label = "\(vehicle.plate) · \(equipment) · \(Wording.kilograms(vehicle.capacityKilograms))"
    }

    init(_ driver: Driver) {
        id = driver.id.number
        label = driver.name
    }
}
