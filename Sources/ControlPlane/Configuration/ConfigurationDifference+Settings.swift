import API
import Domain
import Releases
import Settings

extension ConfigurationDifference {
    /// What differs between two configurations, key by key, with every secret masked.
    static func between(
        _ old: Domain.Configuration, _ new: Domain.Configuration
    ) -> [ConfigurationDifference] {
        let (before, after) = (old.settingsInForce, new.settingsInForce)
        let known = Dictionary(uniqueKeysWithValues: before.map { ($0.key, $0) })
        let kept = Set(after.map(\.key))
        let changed = after.compactMap { setting in
            known[setting.key]?.value == setting.value ? nil : Self(from: known[setting.key], to: setting)
        }
        return changed + before.filter { !kept.contains($0.key) }.map { Self(from: $0, to: nil) }
    }

    private init(from old: SettingInForce?, to new: SettingInForce?) {
        let shown = (old: old?.shown, new: new?.shown)
        self.init(
            key: new?.key ?? old?.key ?? "", old: shown.old,
            new: shown.old == shown.new ? shown.new.map { "\($0) (another secret)" } : shown.new,
            takesEffect: (new ?? old)?.effect.sentence ?? "")
    }
}

extension SettingInForce {
    /// The value as everybody may see it.
    fileprivate var shown: String {
        let name = key.split(separator: ".").last ?? ""
        let mayBeSecret = key.contains("settings.") || key == "access.sign_in.client_secret"
        if mayBeSecret, SecretMask.looksSecret(String(name)) { return SecretMask.replacement }
        return SecretMask(variables: [:]).masking(value).replacing(Self.secretParameter) {
            "\($0.output.before)\(SecretMask.replacement)"
        }
    }

    // A computed property, because a Regex is not Sendable.
    private static var secretParameter: Regex<(Substring, before: Substring)> {
        #/(?i)(?<before>[?&](?:(?:ssl)?password|token|secret|key)=)[^&#\s]+/#
    }
}

extension SettingInForce.Effect {
    fileprivate var sentence: String {
        switch self {
        case .nextStep: "from the next step of a deployment on"
        case .reload: "at once, by a reload of the proxy; open connections stay"
        case .now: "at once"
        case .nextDeployment: "with the next deployment; what runs keeps the old value"
        }
    }
}
