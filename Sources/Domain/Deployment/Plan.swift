package import Foundation

/// Everything that a deployment will do, told beforehand.
package struct Plan: Codable, Equatable, Sendable {
    package var environment: EnvironmentName
    package var release: ReleaseReference
    /// The stable release that it replaces; nil for the first deployment.
    package var replaces: ReleaseReference?
    /// The slot that the release gets; nil for a contraction.
    package var slot: SlotName?
    package var steps: [PlannedStep]
    /// Names of the migrations that will be applied, in order.
    package var migrations: [String]
    /// What the machine must have for it.
    package var needs: [String]
    /// The releases that `rollback` can reach afterwards, nearest first.
    package var waysBack: [ReleaseReference]
    /// The oldest release that can still be gone back to afterwards; nil when there is none.
    package var rollbackFloor: ReleaseReference?
    /// What a person should know before saying yes.
    package var warnings: [String]
    /// The values of settings and secrets that the release gets; nil where there are none, and for a contraction.
    package var variables: PlannedVariables?

    package init(
        environment: EnvironmentName, release: ReleaseReference, replaces: ReleaseReference?, slot: SlotName?,
        steps: [PlannedStep], migrations: [String], needs: [String], waysBack: [ReleaseReference], warnings: [String],
        variables: PlannedVariables? = nil
    ) {
        self.variables = variables
        rollbackFloor = waysBack.last
        self.environment = environment
        self.release = release
        self.replaces = replaces
        self.slot = slot
        self.steps = steps
        self.migrations = migrations
        self.needs = needs
        self.waysBack = waysBack
        self.warnings = warnings
    }

    /// Whether the release comes to its users in stages.
    package var isInStages: Bool { steps.contains { $0.step == .canary } }

    /// The bytes that the plan's digest covers: JSON with sorted keys.
    package func canonicalBytes() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

/// One step of a plan, in a sentence.
package struct PlannedStep: Codable, Equatable, Sendable {
    package var step: Step
    package var sentence: String
    package init(step: Step, sentence: String) {
        self.step = step
        self.sentence = sentence
    }
}
