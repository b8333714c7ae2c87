package import Postgres

extension Identifier: PostgresEncodable {
    package static var postgresType: PostgresType { .bigInteger }
    package var postgresText: String? { description }
}

extension Identifier: PostgresDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}
