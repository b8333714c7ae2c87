package import Postgres

/// Everything that a FreightOps process is told by its environment.
///
/// Read are `RELEASE_VERSION`, `RELEASE_NAME`, `SLOT`, `ENVIRONMENT`, `DATABASE_URL`, `DATABASE_POOL_SIZE`, the
/// variables that begin with `CHAOS_`, for the web process `HOST` and `PORT`, and for the worker `SAMPLE_LOADS`.
package struct FreightSettings: Sendable {
    package var release: RunningRelease
    package var database: PostgresAddress
    package var poolSize: Int
    package var chaos: ChaosSwitches
    /// The rest of the environment, for the settings of one kind of process.
    private let environment: EnvironmentReader

    package init(environment variables: [String: String]) throws {
        environment = EnvironmentReader(variables: variables)
        release = try Self.release(environment)
        let size = try environment.number("DATABASE_POOL_SIZE", in: 1...Limits.largestPoolSize)
        poolSize = size ?? Limits.defaultPoolSize
        chaos = try ChaosSwitches(environment)
        let url = try environment.required(
            "DATABASE_URL", purpose: "the address of the database, such as postgres://user@localhost:5432/freight"
        )
        do {
            database = try PostgresAddress(url: url)
        } catch {
            throw SettingsError.invalidDatabaseAddress(reason: "\(error)")
        }
    }

    /// Where the web process listens.
    package func webAddress() throws -> (host: String, port: Int) {
        guard let port = try environment.number("PORT", in: 0...65_535) else {
            throw SettingsError.missing(variable: "PORT", purpose: "the port to listen on, such as 8080")
        }
        return (environment.text("HOST") ?? "127.0.0.1", port)
    }

    /// How many loads of test data the worker writes before it works; nil for none.
    package func sampleLoads() throws -> Int? {
        try environment.number("SAMPLE_LOADS", in: 1...1_000_000)
    }

    private static func release(_ environment: EnvironmentReader) throws -> RunningRelease {
        let version = try environment.required(
            "RELEASE_VERSION", purpose: "the release that this process is, such as 1.0.0"
        )
        let release = RunningRelease(
            version: version,
            name: environment.text("RELEASE_NAME") ?? "freightops",
            slot: environment.text("SLOT") ?? "",
            environment: environment.text("ENVIRONMENT") ?? ""
        )
        guard let release else {
            let expected = "a release of FreightOps, such as 1.0.0, 1.1.0 or 1.2.0"
            throw SettingsError.invalid(variable: "RELEASE_VERSION", value: version, expected: expected)
        }
        return release
    }
}
