import Domain

/// The name of a slot's process among the supervisor's services: `production.s1.web.web.1`.
///
/// It carries the kind, so that all workers of a slot can be told from their names alone.
struct ServiceName {
    let environment: EnvironmentName
    let slot: SlotName
    let kind: ProcessDefinition.Kind
    let process: ProcessName
    let instance: Int

    var text: String { "\(environment).\(slot).\(kind.rawValue).\(process).\(instance)" }
    /// What people are shown: `web.1`.
    var shown: String { "\(process).\(instance)" }

    init(
        environment: EnvironmentName, slot: SlotName, kind: ProcessDefinition.Kind, process: ProcessName, instance: Int
    ) {
        self.environment = environment
        self.slot = slot
        self.kind = kind
        self.process = process
        self.instance = instance
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".").map(String.init)
        guard parts.count == 5, let environment = EnvironmentName(rawValue: parts[0]),
            let slot = SlotName(rawValue: parts[1]), let kind = ProcessDefinition.Kind(rawValue: parts[2]),
            let process = ProcessName(rawValue: parts[3]), let instance = Int(parts[4])
        else { return nil }
        self.init(environment: environment, slot: slot, kind: kind, process: process, instance: instance)
    }
}
