import DurableFiles
import Foundation
import Logging
import TestSupport
import Testing

@testable import ControlPlane

struct StateFolderTests {
    @Test func `its folders are private, but may be passed through where users must`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: "\(path)/state")
            try folder.make()
            try folder.make()
            let modes = [
                (folder.path, 0o711), (folder.artifacts, 0o700), (folder.evidence, 0o700), (folder.secrets, 0o700),
                (folder.releases, 0o755), (folder.shared, 0o711), (folder.backups, 0o700),
            ]
            for (path, mode) in modes { #expect(try Self.mode(of: path) == mode, "\(path)") }
        }
    }

    @Test func `the token is made once and only its owner reads it`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            let token = try folder.loadOrMakeToken()
            #expect(token.count == 64)
            #expect(try folder.loadOrMakeToken() == token)
            #expect(try Self.mode(of: folder.token) == 0o600)
        }
    }

    @Test(arguments: ["", "\n", " \n\n"])
    func `a token file without a token lets in nobody`(content: String) async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try content.write(toFile: folder.token, atomically: true, encoding: .utf8)
            #expect(try folder.loadOrMakeToken().count == 64)
        }
    }

    @Test func `a second control plane is kept out with a sentence`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.lock()
            let error = #expect(throws: ControlPlaneError.alreadyRunning(state: path)) { try folder.lock() }
            #expect(
                error?.description == "A control plane runs on \(path) already; stop it first, or give another folder "
                    + "with --state.")
        }
    }

    @Test func `what an interrupted upload left is removed, and only that`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            try "half".write(toFile: "\(folder.incoming)/a.tar.zst", atomically: false, encoding: .utf8)
            let half = "\(folder.incoming)/b.tar.zst.unpacked/bin"
            try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: true)
            try "whole".write(toFile: "\(folder.artifacts)/c.tar.zst", atomically: false, encoding: .utf8)
            try folder.clearIncoming()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.incoming).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.artifacts) == ["c.tar.zst"])
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"), arguments: ["", "/artifacts", "/token"])
    func `what belongs to another user is refused with a sentence, and nothing is changed`(place: String) async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: "\(path)/state")
            try folder.make()
            _ = try folder.loadOrMakeToken()
            let nobody = try #require(getpwnam("nobody")).pointee
            try #require(chown(folder.path + place, nobody.pw_uid, nobody.pw_gid) == 0)
            try #require(chmod(folder.shared, 0o700) == 0)
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            for attempt in [folder.requireOwn, { try folder.make() }] as [() throws -> Void] {
                let error = #expect(throws: ControlPlaneError.self) { try attempt() }
                #expect(
                    error?.description
                        == "\(folder.path)\(place) belongs to nobody, and Switchyard was started by root: start it as "
                        + "nobody, or stop it and say 'chown -R root \(folder.path)' as root, or give another folder "
                        + "with --state. Nothing was changed.")
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path) == before)
            #expect(try Self.mode(of: folder.shared) == 0o700)
        }
    }

    @Test func `a file where a folder should be is told`() async throws {
        try await withTemporaryFolder { path in
            try "".write(toFile: "\(path)/state", atomically: false, encoding: .utf8)
            let error = #expect(throws: FileFault.self) { try StateFolder(path: "\(path)/state/inner").lock() }
            #expect(error?.description == "Could not make folder \(path)/state/inner: Not a directory.")
        }
    }

    @Test func `a start that is kept out makes nothing in the folder`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: "\(path)/state")
            try folder.lock()
            let file = "\(path)/switchyard.yaml"
            try "application: a\nenvironments: {dev: {database: none}}\n"
                .write(toFile: file, atomically: false, encoding: .utf8)
            await #expect(throws: ControlPlaneError.alreadyRunning(state: folder.path)) {
                try await ControlPlaneProcess.run(
                    file: file, variables: [:], in: folder, logger: Logger(label: "test"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["lock"])
        }
    }

    private static func mode(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
