import Domain

/// What a deployment needs of the machine, beside what runs already.
extension Planner {
    static let roomForClone = "disk space for a backup and a clone of the database"

    func needs(of release: Release, beside serving: Release?, pending: [String]) -> [String] {
        let count = environment.webInstances(of: release.manifest)
        let mebibytes = Self.mebibytes(release.size)
        return [
            "\(count) web process\(count == 1 ? "" : "es") of \(release.reference) beside those that run"
        ] + memory(of: [release, serving].compactMap(\.self)) + connections(beside: serving) + [
            "disk space for an archive of \(mebibytes) MiB, unpacked"
        ] + roomForSchema(pending)
    }

    /// What the processes of both slots may take together, where they have limits.
    private func memory(of releases: [Release]) -> [String] {
        let limits = releases.compactMap { release -> String? in
            let bytes = release.manifest.processes.compactMap { name, process in
                process.memoryLimit.map { $0 * environment.instances(of: name, in: release.manifest) }
            }
            let isWhole = bytes.count == release.manifest.processes.count
            guard !bytes.isEmpty else { return nil }
            return "\(Self.mebibytes(bytes.reduce(0, +))) MiB for \(release.reference)"
                + (isWhole ? "" : " and what its processes without a limit take")
        }
        return limits.isEmpty ? [] : ["memory: at most \(limits.joined(separator: ", "))"]
    }

    private func connections(beside serving: Release?) -> [String] {
        guard environment.database == .embedded else { return [] }
        let each = EnvironmentDefinition.embeddedConnections
        let (count, slots) = serving == nil ? (each, "of its slot") : (2 * each, "of both slots")
        return ["at most \(count) connections \(slots) to the embedded database"]
    }

    private func roomForSchema(_ pending: [String]) -> [String] {
        guard environment.database != .none, !pending.isEmpty else { return [] }
        return [environment.policy.rehearses ? Self.roomForClone : "disk space for a backup of the database"]
    }

    private static func mebibytes(_ bytes: Int) -> Int { (bytes + 1_048_575) / 1_048_576 }
}
