import API
import Deployments
import Domain
import DurableFiles
import Foundation
import Glibc
import Hummingbird
import Logging
import NIOCore
import Releases

/// The releases in the store, and new ones.
struct ReleasesController: Sendable {
    let store: ArtifactStore
    let incoming: String
    let environments: Environments
    let logger: Logger

    func addRoutes(to router: APIRouter) {
        router.on(.releases) { _, _ in try .json(store.list()) }
        router.on(.release) { _, context in
            try .json(store.find(context.parameters.require("release")))
        }
        router.on(.removeRelease) { _, context in
            try .json(await remove(context.parameters.require("release")))
        }
        router.on(.addRelease) { request, context in
            let commit = request.uri.queryParameters["builtFrom"].map(String.init)
            let added = try await add(request.body, builtFrom: commit)
            context.notes.add("release", added.release.reference.description)
            context.notes.add("digest", added.release.digest.rawValue)
            return try .json(added, status: .created)
        }
    }

    /// Removes an archive that no slot and no deployment under way will ask for.
    private func remove(_ text: String) async throws -> Release {
        let release = try store.find(text)
        for deployer in environments.deployers where await deployer.needs(release.digest) {
            throw ControlPlaneError.releaseInUse(release.reference, deployer.environment.name)
        }
        try await store.remove(release.digest)
        logger.notice(
            "release removed", metadata: ["release": "\(release.reference)", "digest": "\(release.digest)"])
        return release
    }

    /// Takes an archive in beside the store, checks it there, and only then makes it a release.
    private func add(_ body: RequestBody, builtFrom commit: String?) async throws -> AddedRelease {
        let path = "\(incoming)/\(UUID().uuidString).tar.zst"
        defer { unlink(path) }
        try await receive(body, into: path)
        return try await store.add(archive: path, builtFrom: commit)
    }

    private func receive(_ body: RequestBody, into path: String) async throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault(operation: "create", path: path) }
        defer { close(descriptor) }
        var received = 0
        for try await chunk in body {
            received += chunk.readableBytes
            guard received <= Limits.archiveBytes else {
                throw ControlPlaneError.archiveTooLarge(most: Limits.archiveBytes)
            }
            try write(chunk, to: descriptor, path: path)
        }
    }

    /// A full disk takes a part of the bytes first and says so only when it is given the rest.
    private func write(_ chunk: ByteBuffer, to descriptor: Int32, path: String) throws {
        try chunk.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw FileFault(operation: "write", path: path) }
                rest = rest.dropFirst(count)
            }
        }
    }
}
