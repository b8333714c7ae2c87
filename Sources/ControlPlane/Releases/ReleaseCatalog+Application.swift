import Deployments
import Domain

extension ReleaseCatalog {
    /// The release that is meant, if it is one of the application.
    func find(_ text: String, of application: ApplicationName) async throws -> Release {
        let release = try await find(text)
        guard release.manifest.name == application else {
            throw DeploymentsError.wrongApplication(release.reference, expected: application)
        }
        return release
    }
}
