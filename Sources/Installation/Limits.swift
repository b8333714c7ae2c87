/// What may not last or grow without end in this room.
enum Limits {
    /// How long a program such as useradd may take.
    static let program = Duration.seconds(60)
    /// How long systemd may take to stop everything, or to start it.
    static let systemd = Duration.seconds(150)
    static let programOutputBytes = 64 * 1_024
}
