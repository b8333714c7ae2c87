import Hummingbird

/// What the dispatch page tells after a form was sent; it travels in the address as words that the page knows.
enum DispatchNotice: Equatable {
    case dispatched(Load.ID)
    case delivered(Load.ID)
    case vehicleOnTheRoad
    case driverOnTheRoad
    case vehicleTooSmall
    case alreadyMoved

    /// How a page shows it.
    struct View {
        var text: String
        var isProblem: Bool
    }

    /// Nil for what deserves a page of its own.
    init?(_ error: FreightError) {
        switch error {
        case .vehicleOnTheRoad: self = .vehicleOnTheRoad
        case .driverOnTheRoad: self = .driverOnTheRoad
        case .vehicleTooSmall: self = .vehicleTooSmall
        case .illegalTransition: self = .alreadyMoved
        default: return nil
        }
    }

    init?(query: Parameters) {
        let load = query["load"].flatMap { Load.ID(String($0)) }
        switch (query["notice"], load) {
        case ("dispatched", let load?): self = .dispatched(load)
        case ("delivered", let load?): self = .delivered(load)
        case ("vehicle-on-the-road", _): self = .vehicleOnTheRoad
        case ("driver-on-the-road", _): self = .driverOnTheRoad
        case ("vehicle-too-small", _): self = .vehicleTooSmall
        case ("already-moved", _): self = .alreadyMoved
        default: return nil
        }
    }

    var query: String {
        switch self {
        case .dispatched(let load): "notice=dispatched&load=\(load)"
        case .delivered(let load): "notice=delivered&load=\(load)"
        case .vehicleOnTheRoad: "notice=vehicle-on-the-road"
        case .driverOnTheRoad: "notice=driver-on-the-road"
        case .vehicleTooSmall: "notice=vehicle-too-small"
        case .alreadyMoved: "notice=already-moved"
        }
    }

    var view: View {
        switch self {
        case .dispatched(let load): View(text: "Load #\(load) is on the road.", isProblem: false)
        case .delivered(let load): View(text: "Load #\(load) has been delivered.", isProblem: false)
        case .vehicleOnTheRoad: View(text: "That vehicle has just left; choose another one.", isProblem: true)
        case .driverOnTheRoad: View(text: "That driver has just left; choose another one.", isProblem: true)
        case .vehicleTooSmall: View(text: "That vehicle is too small for the load.", isProblem: true)
        case .alreadyMoved: View(text: "Somebody has moved that load on already.", isProblem: true)
        }
    }
}
