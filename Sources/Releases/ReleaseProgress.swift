/// How far the packing or unpacking of a release is.
package struct ReleaseProgress: Equatable, Sendable {
    /// What is being done to the release.
    package enum Phase: String, Sendable {
        /// Files go into the archive.
        case packing
        /// The archive is complete and durable, and gets its name in the store next.
        case naming
        /// The archive has its name.
        case stored
        /// Files come out of the archive.
        case unpacking
        /// The files are complete and durable, and the folder gets its name next.
        case placing
    }

    package var phase: Phase
    /// Files and folders done.
    package var files: Int
    /// Bytes of files done, uncompressed.
    package var bytes: Int

    /// Told about each step; called on the thread that works, so it must be quick.
    package typealias Report = @Sendable (ReleaseProgress) -> Void
}
