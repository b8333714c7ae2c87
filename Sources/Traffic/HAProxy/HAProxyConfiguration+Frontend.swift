import Domain

extension HAProxyConfiguration {
    /// Where requests come in and are given a slot.
    ///
    /// The unit of a request is its cookie, else its Authorization, else its source address: a fresh id for every
    /// request without a cookie would let one robot look like many clients. All of it is skipped while the split is
    /// all or nothing.
    var frontend: String {
        let rules = [
            logRules, challengeRules, environmentRules, forwardingRules, splitRules, unitRules, choiceRules,
            longLivedRules,
            responseRules, timeRules, backendRules,
        ]
        return ([binds] + rules).map { lines in lines.map { "    \($0)\n" }.joined() }.reduce("frontend web\n", +)
    }

    private var binds: [String] {
        var lines = ["bind \(http)"]
        if let secure {
            lines.append(
                "bind \(secure.address) ssl crt \(secure.certificates) alpn h2,http/1.1 "
                    + "ssl-min-ver TLSv1.2")
        }
        return lines + ["monitor-uri \(Self.healthPath)"]
    }

    private var challengeRules: [String] {
        challenge == nil ? [] : ["acl is_challenge path_beg /.well-known/acme-challenge/"]
    }

    private var environmentRules: [String] {
        guard environments.count > 1 else {
            let only = environments.first?.name.rawValue ?? "none"
            return ["http-request set-var(txn.environment) str(\(only))"] + redirectRule
        }
        return [
            "http-request set-var(txn.environment) hdr(host),host_only,lower,map_str(\(folder.hostsMap))",
            "http-request return status 404 content-type \"text/html; charset=utf-8\" "
                + "file \(folder.pages)/unknown-host.html unless { var(txn.environment) -m found }",
        ] + redirectRule
    }

    private var redirectRule: [String] {
        guard let secure, secure.redirects else { return [] }
        let port = secure.address.port == 443 ? "" : ":\(secure.address.port)"
        let exceptions = challenge == nil ? "{ ssl_fc }" : "{ ssl_fc } or is_challenge"
        let location = "https://%[hdr(host),host_only]\(port)%[pathq]"
        return ["http-request redirect code 308 location \(location) unless \(exceptions)"]
    }

    private var forwardingRules: [String] {
        [
            "http-request del-header x-forwarded- -m beg",
            "http-request set-header x-forwarded-for %[src]",
            "http-request set-header x-forwarded-proto \(secure == nil ? "http" : "%[ssl_fc,iif(https,http)]")",
        ]
    }

    private var splitRules: [String] {
        [
            "http-request set-var(txn.split) var(txn.environment),map_str(\(folder.splitMap))",
            "acl all_stable var(txn.split) -m beg 0:",
            "acl all_candidate var(txn.split) -m beg 10000:",
            "acl is_read method GET HEAD OPTIONS",
            "acl has_unit req.cook(\(Self.unitCookie)) -m found",
            "acl has_authorization req.hdr(authorization) -m found",
            "http-request set-var(txn.newcomer) bool(true) unless has_unit or has_authorization",
            "http-request set-var(txn.slot) var(txn.split),field(4,:) unless all_stable",
        ]
    }

    private var unitRules: [String] {
        let divided = "!all_stable !all_candidate"
        return [
            "http-request set-var(txn.salt) var(txn.split),field(2,:) if \(divided)",
            "http-request set-var(txn.share) var(txn.split),field(1,:) if \(divided)",
            "http-request set-var(txn.unit) req.cook(\(Self.unitCookie)) if \(divided) has_unit",
            "http-request set-var(txn.unit) req.hdr(authorization) if \(divided) !has_unit has_authorization",
            "http-request set-var(txn.unit) src if \(divided) !has_unit !has_authorization",
            "http-request set-var(txn.bucket) var(txn.unit),concat(:,txn.salt),xxh32,mod(10000) if \(divided)",
        ]
    }

    /// The candidate by bucket, and the stable slot where the candidate has no healthy server: decided here, so that
    /// it holds while nothing else runs. An old worker that finishes its connections after a reload counts no server as
    /// healthy any more and stays with the split.
    private var choiceRules: [String] {
        [
            "acl is_drawn var(txn.bucket),sub(txn.share) lt 0",
            "acl is_candidate var(txn.slot) -m found",
            "acl is_candidate_down var(txn.environment),concat(-,txn.slot,-read),nbsrv eq 0",
            "http-request unset-var(txn.slot) if !all_stable !all_candidate !is_drawn",
            "http-request unset-var(txn.slot) if is_candidate is_candidate_down !{ stopping }",
            "http-request set-var(txn.slot) var(txn.split),field(3,:) unless is_candidate",
        ]
    }

    /// Websockets and event streams are counted under the name of their backend for as long as they last.
    private var longLivedRules: [String] {
        [
            "acl is_long_lived status 101",
            "acl is_long_lived res.hdr(content-type) -m beg -i text/event-stream",
            "http-response track-sc0 be_name table \(Self.longLivedTable) if is_long_lived",
        ]
    }

    private var responseRules: [String] {
        let cookie = "\(Self.unitCookie)=%[uuid()]; Path=/; HttpOnly; SameSite=Lax"
        guard let secure else {
            return ["http-response add-header set-cookie \"\(cookie)\" if { var(txn.newcomer) -m bool }"]
        }
        let hsts =
            "http-after-response set-header strict-transport-security max-age=\(secure.hstsSeconds) if { ssl_fc }"
        return [
            "http-response add-header set-cookie \"\(cookie)\" if { var(txn.newcomer) -m bool } !{ ssl_fc }",
            "http-response add-header set-cookie \"\(cookie); Secure\" if { var(txn.newcomer) -m bool } { ssl_fc }",
        ] + (secure.hstsSeconds > 0 ? [hsts] : [])
    }

    private var backendRules: [String] {
        (challenge == nil ? [] : ["use_backend \(Self.challengeBackend) if is_challenge"]) + [
            "use_backend %[var(txn.environment)]-maintenance "
                + "if { var(txn.environment),map_str(\(folder.maintenanceMap)) -m str on }",
            "use_backend %[var(txn.environment),concat(-,txn.slot,-read)] if is_read",
            "use_backend %[var(txn.environment),concat(-,txn.slot,-write)]",
            "default_backend nowhere",
        ]
    }
}
