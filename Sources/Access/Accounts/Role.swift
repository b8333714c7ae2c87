/// What somebody is there for; `Permission.rule` says what follows from it.
package enum Role: String, Codable, CaseIterable, Sendable, CodingKeyRepresentable {
    case viewer
    case developer
    case releaseManager = "release_manager"
    case dba
    case onCall = "on_call"
    case auditor
    case admin

    /// Whether its holder changes anything; nobody may audit and act.
    package var acts: Bool { self != .viewer && self != .auditor }

    /// The role as it stands in a sentence.
    package var words: String {
        switch self {
        case .viewer: "viewer"
        case .developer: "developer"
        case .releaseManager: "release manager"
        case .dba: "DBA"
        case .onCall: "on-call"
        case .auditor: "auditor"
        case .admin: "admin"
        }
    }
}

/// Several roles at once, in one byte.
package struct RoleSet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ role: Role) {
        switch role {
        case .viewer: self = .viewer
        case .developer: self = .developer
        case .releaseManager: self = .releaseManager
        case .dba: self = .dba
        case .onCall: self = .onCall
        case .auditor: self = .auditor
        case .admin: self = .admin
        }
    }

    package static let viewer = RoleSet(rawValue: 1)
    package static let developer = RoleSet(rawValue: 2)
    package static let releaseManager = RoleSet(rawValue: 4)
    package static let dba = RoleSet(rawValue: 8)
    package static let onCall = RoleSet(rawValue: 16)
    package static let auditor = RoleSet(rawValue: 32)
    package static let admin = RoleSet(rawValue: 64)

    package static let everybody: RoleSet = [.viewer, .developer, .releaseManager, .dba, .onCall, .auditor, .admin]
    /// Roles that change something.
    package static let acting: RoleSet = [.developer, .releaseManager, .dba, .onCall, .admin]

    /// The roles in the order of `Role`.
    package var roles: [Role] { Role.allCases.filter { contains(RoleSet($0)) } }

    /// The roles as they stand in a sentence: "release manager or DBA".
    package var words: String {
        let words = roles.map(\.words)
        guard let last = words.last else { return "nobody" }
        return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Whether somebody with these roles would watch over their own acts.
    package var auditsItself: Bool { contains(.auditor) && !isDisjoint(with: .acting) }
}
