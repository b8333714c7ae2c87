/// What every page shows around its content.
struct PageFrame {
    enum Section {
        case dispatch
        case loads
        case none
    }

    var title: String
    var onDispatch: Bool
    var onLoads: Bool
    var version: String
    var slot: String?
    var environment: String?

    init(title: String, section: Section, release: RunningRelease) {
        self.title = title
        onDispatch = section == .dispatch
        onLoads = section == .loads
        version = release.version
        slot = release.slot.isEmpty ? nil : release.slot
        environment = release.environment.isEmpty ? nil : release.environment
    }
}
