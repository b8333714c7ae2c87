/// Who may know whom, and why. Package.swift and every import must agree with this table.
///
/// Words know nothing; engines know words; adapters hold one outside thing each; processes put it all together.
/// A new edge needs a line and a reason here; an edge upward or sideways needs a decision record too.
enum AllowedEdges {
    /// Modules that every target may import: the language's own and the system's C library.
    static let free: Set<String> = ["Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Synchronization"]

    /// The words, which may import nothing but these.
    static let freeForWords: [String: Set<String>] = ["Domain": ["Foundation"]]

    /// Modules that come with another one because its types are made of theirs; whoever may know the one may know them.
    static let companions: [String: Set<String>] = [
        "Hummingbird": ["HTTPTypes", "HummingbirdCore"],
        "Subprocess": ["SystemPackage"],
    ]

    /// For each target below Sources and FreightOps: each module that it may import, with the reason.
    static let table: [String: [String: String]] = [
        "Domain": [:],
        "DurableFiles": ["CLinux": "exchanges two names in one system call, which Glibc's Swift module lacks"],
        "Judging": [:],
        "Ports": [:],
        "Turns": [:],
        "Settings": [
            "Domain": "turns files into its definitions",
            "Yams": "reads YAML with lines and columns; nobody else parses it",
        ],
        "Releases": [
            "CArchive": "packs and unpacks with libarchive's secure extraction",
            "Crypto": "names an archive by its SHA-256",
            "Domain": "speaks of releases and digests",
            "DurableFiles": "stores an archive whole or not at all",
            "Settings": "reads release.yaml",
            "Subprocess": "runs git and the build's command",
        ],
        "Deployments": [
            "Crypto": "names a plan by its SHA-256",
            "Domain": "carries out the deployment's state machine",
            "DurableFiles": "writes journal and slot table so that a crash can't halve them",
            "Logging": "tells operators what it does",
        ],
        "Migrations": [
            "CPGQuery": "parses SQL with the server's own grammar",
            "Crypto": "names a migration by its SHA-256",
            "Domain": "speaks of plans and releases",
            "Postgres": "runs the statements",
            "Subprocess": "shows the difference of two files with diff",
        ],
        "Backups": [
            "Domain": "speaks of environments and releases",
            "DurableFiles": "keeps its files whole",
            "Postgres": "knows the server to back up",
        ],
        "LoadTesting": [
            "NIOCore": "counts what one connection an identity sees, with exact causes of failure",
            "NIOHTTP1": "speaks HTTP/1.1",
            "NIOPosix": "opens the connections",
        ],
        "Onboarding": [
            "CLinux": "asks the kernel whether the clock is kept in step, which Glibc's Swift module lacks",
            "Domain": "drafts its definitions",
            "DurableFiles": "writes a drafted file whole or not at all",
            "Settings": "shows that the real readers take what it drafts",
        ],
        "Postgres": [
            "CPostgres": "is the one room that touches libpq",
            "DurableFiles": "writes the private cluster's configuration whole",
            "Logging": "tells operators what the server said",
            "Ports": "asks for the private cluster's port",
            "Subprocess": "starts the private cluster's programs",
        ],
        "Traffic": [
            "Domain": "speaks of slots and shares",
            "DurableFiles": "keeps the split on disk, also on a full one",
            "Logging": "tells operators what was switched",
            "Ports": "says before HAProxy does that an address is taken",
            "Subprocess": "asks HAProxy to check a configuration",
            "Turns": "changes HAProxy one step after the other",
        ],
        "Runtimes": [
            "Domain": "speaks of slots and processes",
            "DurableFiles": "writes service folders whole",
            "Logging": "tells operators what was started",
            "Subprocess": "talks to runit through its programs",
        ],
        "Installation": [
            "DurableFiles": "writes units whole",
            "Subprocess": "asks systemd, and the system to make accounts",
        ],
        "Store": ["Domain": "stores its values", "GRDB": "is the one room that touches SQLite"],
        "API": [
            "AsyncHTTPClient": "is the typed client's transport",
            "Domain": "carries its names over the wire",
            "NIOCore": "bounds and reads response bodies",
            "NIOFoundationCompat": "decodes JSON from a response body without a copy",
            "NIOHTTP1": "names methods and statuses as the transport does",
        ],
        "ControlPlane": [
            "API": "serves its routes",
            "AsyncHTTPClient": "probes the slots",
            "Backups": "gives the deployer its backups",
            "Crypto": "compares tokens in constant time",
            "Deployments": "drives them",
            "Domain": "speaks its words",
            "DurableFiles": "keeps token and evidence files whole",
            "HTTPTypes": "puts it together with the rest",
            "Hummingbird": "serves HTTP",
            "Logging": "tells operators what happens",
            "Migrations": "gives the deployer its migrations",
            "NIOCore": "reads probe answers and request bodies",
            "NIOFoundationCompat": "turns bodies into Data without a copy",
            "NIOHTTP1": "names statuses of probe answers",
            "Ports": "asks for the ports of slots and API",
            "Postgres": "brings up the private cluster",
            "Releases": "opens the artifact store",
            "Runtimes": "starts the slots' processes",
            "ServiceLifecycle": "starts and stops its parts in order",
            "Settings": "reads switchyard.yaml",
            "Store": "keeps the state",
            "Traffic": "moves the traffic",
            "Turns": "unpacks one release at a time",
            "UnixSignals": "stops gracefully on SIGTERM",
        ],
        "switchyard": [
            "API": "asks a running control plane through the typed client",
            "ArgumentParser": "is the command line",
            "AsyncHTTPClient": "asks the demo's application",
            "Backups": "takes the backup that a rehearsal restores",
            "ControlPlane": "runs it in the serve and demo commands",
            "Domain": "speaks its words",
            "DurableFiles": "keeps its files whole",
            "Installation": "installs Switchyard on a machine, and finds what is installed",
            "Judging": "judges recorded ticks again",
            "LoadTesting": "puts the demo under load",
            "Logging": "sets the log's form once",
            "Migrations": "checks, rehearses and applies migrations without a control plane",
            "NIOCore": "bounds what it reads of answers",
            "Onboarding": "drafts a stranger's configuration and examines the machine",
            "Postgres": "finds the server's programs and asks a configured database for its rights",
            "Releases": "packs a folder into a release without a control plane",
            "Runtimes": "finds the supervisor's tree for the demo, and its programs",
            "Settings": "finds the configuration",
            "Subprocess": "runs the application's seed command",
            "Traffic": "finds HAProxy and reads certificates as serve would",
            "UnixSignals": "asks what to do at ^C",
        ],
        "FreightOps": [
            "HTTPTypes": "names its version header",
            "Hummingbird": "serves HTTP",
            "Logging": "says what the application does",
            "Metrics": "takes what Hummingbird measures, for Prometheus",
            "Mustache": "renders its pages",
            "Postgres": "keeps its data; the one room of Switchyard's that the application shares",
            "ServiceLifecycle": "stops gracefully on SIGTERM",
            "UnixSignals": "hears the SIGTERM in its processes without HTTP",
        ],
        "FreightOpsCommand": ["ArgumentParser": "is the command line", "FreightOps": "runs it"],
        "BenchmarkDriver": [
            "ArgumentParser": "takes what Benchmarks/run asks for",
            "Deployments": "writes the slot table before a flip as a deployment does",
            "Domain": "speaks of slots and splits",
            "Judging": "judges simulated releases",
            "LoadTesting": "counts what clients see",
            "Subprocess": "runs the HAProxy that it measures",
            "Traffic": "flips and reloads as a deployment does, on the clock of its load",
            "UnixSignals": "reports once more when it is told to end",
        ],
        "TestSupport": [
            "API": "drives a switchyard under test through the typed client",
            "AsyncHTTPClient": "asks the application under release as a user does",
            "Domain": "names environments and deployments",
            "LoadTesting": "keeps users busy while a switchyard is under test",
            "NIOCore": "bounds what it reads of answers",
            "NIOHTTP1": "names headers and statuses as the transport does",
            "Postgres": "gives tests their databases",
            "Subprocess": "starts the real programs",
        ],
        "CArchive": [:],
        "CLinux": [:],
        "CPGQuery": [:],
        "CPostgres": [:],
    ]
}
