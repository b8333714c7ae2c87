/// Routes about secrets and settings.
extension Route {
    static let ofVariables: [Route: RouteFacts] = [
        .secrets: RouteFacts(
            .get, "/environments/{environment}/secrets",
            "The secrets of an environment by name, version and fingerprint; never their values."),
        .secretHistory: RouteFacts(
            .get, "/environments/{environment}/secrets/{secret}",
            "All versions of a secret, the oldest first, with who wrote them."),
        .setSecrets: RouteFacts(
            .put, "/environments/{environment}/secrets",
            "Gives secrets values, all or none; no answer ever has them again."),
        .compareSecrets: RouteFacts(
            .post, "/environments/{environment}/secret-differences",
            "What setting these values would change, by fingerprints; changes nothing."),
        .removeSecret: RouteFacts(
            .delete, "/environments/{environment}/secrets/{secret}",
            "Removes a secret: its values are erased, its history stays."),
        .exportSecrets: RouteFacts(
            .post, "/environments/{environment}/secret-exports",
            "An environment's secrets in a SOPS file that only the recipients' age identities open."),
        .runWithSecrets: RouteFacts(
            .post, "/environments/{environment}/secret-commands",
            "Seals an environment's variables for one command on this machine, which whoever asked starts there."),
        .rotateSecretKeys: RouteFacts(
            .post, "/secret-keys",
            "Makes a new key-encryption key and puts all secrets under it; releases go on meanwhile."),
        .settings: RouteFacts(
            .get, "/environments/{environment}/settings",
            "A version of an environment's settings, the newest where none is named.",
            query: [("version", "This version; 0 is before the first.", "integer")]),
        .changeSettings: RouteFacts(
            .put, "/environments/{environment}/settings",
            "Gives settings values, or removes them (null), as one new version."),
    ]
}
