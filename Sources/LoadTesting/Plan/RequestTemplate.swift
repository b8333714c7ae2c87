/// One kind of request in a load: what is asked, and how often in comparison with the others.
package struct RequestTemplate: Sendable {
    /// What a request carries to the server.
    package struct Body: Sendable {
        package let contentType: String
        package let text: String

        package init(contentType: String = "application/json", _ text: String) {
            self.contentType = contentType
            self.text = text
        }
    }

    package let name: String
    /// In capitals: "GET", "POST".
    package let method: String
    /// Path and query, beginning with a slash.
    package let path: String
    /// Its share of the load is its weight divided by the sum of all weights.
    package let weight: Int
    /// Makes the body from the request's number in the run, which is never used twice.
    package let body: (@Sendable (_ requestNumber: Int) -> Body)?

    package init(
        name: String, method: String = "GET", path: String, weight: Int = 1,
        body: (@Sendable (_ requestNumber: Int) -> Body)? = nil
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.weight = weight
        self.body = body
    }
}
