import API
import ArgumentParser
import Domain

/// Which environment is meant; where there is only one, it need not be named.
struct EnvironmentOption: ParsableArguments {
    @Option(
        name: [.customShort("e"), .customLong("environment")],
        help: "The environment; needed only where there is more than one.",
        transform: { try EnvironmentName($0) })
    var name: EnvironmentName?

    func resolve(with client: SwitchyardClient) async throws -> EnvironmentName {
        if let name { return name }
        let known = try await client.environments()
        guard known.count == 1, let only = known.first else {
            throw ValidationError("Name the environment with -e: \(known.map(\.rawValue).joined(separator: ", ")).")
        }
        return only
    }
}
