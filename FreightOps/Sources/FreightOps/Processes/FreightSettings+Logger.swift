package import Logging

extension FreightSettings {
    /// A logger that says with every line which release and slot it speaks for.
    package func logger(process: String) -> Logger {
        var logger = Logger(label: "freightops.\(process)")
        logger[metadataKey: "release.name"] = "\(release.name)"
        logger[metadataKey: "release.version"] = "\(release.version)"
        if !release.slot.isEmpty { logger[metadataKey: "slot"] = "\(release.slot)" }
        return logger
    }
}
