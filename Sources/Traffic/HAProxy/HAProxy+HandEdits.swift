import DurableFiles
import Foundation
import Glibc
import Logging

extension HAProxy {
    /// Keeps a configuration that somebody edited since Switchyard wrote it, before `text` replaces it; answers where,
    /// or nil where nothing would be lost.
    ///
    /// It gets a second name: that needs no free block, and at no moment is there no configuration.
    func keepHandEdits(before text: String) throws -> String? {
        let present = FileManager.default.contents(atPath: folder.configuration)
        guard let present, present != Data(text.utf8),
            present != FileManager.default.contents(atPath: folder.writtenConfiguration)
        else { return nil }
        let kept = try folder.editedConfigurations()
        // Kept already where the writing failed afterwards.
        if let same = kept.last, FileManager.default.contents(atPath: same) == present { return same }
        var time = Date()
        while link(folder.configuration, folder.editedConfiguration(at: time)) != 0 {
            guard errno == EEXIST else {
                throw FileFault(operation: "create", path: folder.editedConfiguration(at: time))
            }
            time += 0.001
        }
        let path = folder.editedConfiguration(at: time)
        for surplus in (kept + [path]).dropLast(Limits.editedConfigurations) { unlink(surplus) }
        logger.warning(
            "haproxy.cfg was edited by hand and is written anew; the edited one is kept aside",
            metadata: ["kept": "\(path)"])
        return path
    }
}

extension HAProxyFolder {
    /// Where a configuration with edits by hand is kept that was replaced at a time (UTC).
    func editedConfiguration(at time: Date) -> String {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, timeSeparator: .omitted, includingFractionalSeconds: true)
        return "\(configuration).edited-\(time.formatted(style))"
    }

    /// The configurations that are kept aside, the oldest first.
    func editedConfigurations() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            .filter { $0.hasPrefix("haproxy.cfg.edited-") }.map { "\(path)/\($0)" }
    }
}
