/// Routes about what environments are, and when they are not to be changed.
extension Route {
    static let ofEnvironments: [Route: RouteFacts] = [
        .environmentFacts: RouteFacts(
            .get, "/environment-facts",
            "All environments: purpose, domains, database, data, features, size, and what serves in them."),
        .compareEnvironments: RouteFacts(
            .get, "/environments/{environment}/differences",
            "What differs between two environments in release, schema, settings, secrets and policy; no secret's value.",
            query: [("with", "The other environment.", "string")]),
        .markDatabase: RouteFacts(
            .put, "/environments/{environment}/data-class",
            "Marks what kind of data the environment's database holds, whatever it was marked with before."),
        .freezes: RouteFacts(.get, "/freezes", "Times in which environments are not to be changed, the newest first."),
        .beginFreeze: RouteFacts(
            .post, "/environments/{environment}/freezes",
            "Has nobody change an environment for a time; going back and break-glass stay possible."),
        .liftFreeze: RouteFacts(.delete, "/freezes/{freeze}", "Ends a freeze before its time."),
    ]
}
